// Fuzzes the host's end of the service port: whatever answers on the cable, a request ends with an answer that is a frame in
// the stream, or with an error that says how the cable failed; and loading ends with a verdict after a bounded number of
// requests.
import { DockError } from "../../../src/dock/dock-error.ts";
import { FrameClient } from "../../../src/dock/frame-client.ts";
import { isLoaded, loadHandheld } from "../../../src/dock/load-handheld.ts";
import { PIECE_BYTES } from "../../../src/dock/send-manifest.ts";
import { SYNC_ROUNDS_MAX } from "../../../src/dock/sync-session.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { ANSWER_BIT, Command, SEALED_BIT } from "../../../src/shared/wire/service-frame.ts";
import { FakeStream } from "../../support/fake-stream.ts";
import { ScriptedHandheld } from "../../support/scripted-handheld.ts";
import { testKey, testKeyFile } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { COMMANDS, type FoundFrame, frameOf, framesIn, inPieces, spoiledFrame } from "./frame-draw.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { EXAMPLES } from "./manifest-draw.ts";
import { hexOf } from "./spoil.ts";

/** What happens to one answer of a loading on its way. */
interface Twist {
  /** Fault that the handheld answers instead of what it would. */
  fault: number;
  /** Bytes in front of the answer. */
  noise: Uint8Array;
  /** Bits turned in one byte of it; 0 for none. */
  mask: number;
  at: number;
}

interface ClientInput {
  /** The command that is asked; undefined: a whole loading. */
  command: Command | undefined;
  /** What answers the request, in pieces; the cable is pulled behind it. */
  answer: Uint8Array[];
  /** What happens to a loading's answers, in order; to those behind them nothing. */
  twists: Twist[];
  hello: { device: number; unsent: number; battery: number };
  isLoaded: boolean;
}

const MANIFEST = new Uint8Array(Buffer.concat([EXAMPLES[0]!.head, EXAMPLES[0]!.body]));
/** Requests that a loading may make: three a round of its sync, again when its session was lost, and those around it. */
const REQUESTS_MAX = 3 * 3 * SYNC_ROUNDS_MAX + 40 + 2 * Math.ceil(MANIFEST.length / PIECE_BYTES);
/** The sequence of the one request. */
const SEQUENCE = 1;
const FAULTS = [103, 213, 506, 513, 701, 705, 707, 708, 709, 711, 801];

function answerTo(dice: Dice, command: number): Uint8Array {
  const data = new Uint8Array(2 + dice.below(30));
  const fault = dice.oneIn(24) ? dice.odd(0xffff) : dice.oneIn(12) ? dice.pick(FAULTS) : 0;
  data[0] = fault & 0xff;
  data[1] = fault >> 8;
  const answered = dice.oneIn(24) ? dice.below(256) : command | ANSWER_BIT;
  const sequence = dice.oneIn(24) ? dice.below(0x10000) : SEQUENCE;
  return dice.oneIn(4) ? spoiledFrame(dice, answered, data, sequence) : frameOf(answered, data, sequence);
}

function twist(dice: Dice): Twist {
  return {
    fault: dice.oneIn(8) ? dice.pick(FAULTS) : 0,
    noise: dice.oneIn(4) ? dice.bytes(dice.below(9)) : new Uint8Array(0),
    mask: dice.oneIn(12) ? 1 + dice.below(255) : 0,
    at: dice.below(64),
  };
}

function draw(dice: Dice): ClientInput {
  const command = dice.oneIn(3) ? undefined : dice.pick(COMMANDS);
  const bytes = [dice.oneIn(8) ? dice.bytes(dice.below(9)) : new Uint8Array(0)];
  if (command !== undefined) bytes.push(answerTo(dice, command));
  return {
    command,
    answer: inPieces(dice, new Uint8Array(Buffer.concat(bytes))),
    twists: command === undefined ? Array.from({ length: dice.below(16) }, () => twist(dice)) : [],
    hello: {
      device: dice.oneIn(12) ? 0 : dice.oneIn(12) ? dice.odd(0xffff_ffff) : 7,
      unsent: dice.oneIn(150) ? dice.odd(0xffff_ffff) : 0,
      battery: dice.below(256),
    },
    isLoaded: dice.oneIn(4),
  };
}

function clientOn(stream: FakeStream): FrameClient {
  const client = new FrameClient(stream, fastHash);
  (client as unknown as { sequence: number }).sequence = SEQUENCE - 1;
  return client;
}

/** Frames that are the answer to the one request. */
function isAnswer(command: number, frame: FoundFrame): boolean {
  return frame.command === (command | ANSWER_BIT) && frame.sequence === SEQUENCE && frame.data.length >= 2;
}

async function request(command: Command, { answer }: ClientInput): Promise<string> {
  const stream = new FakeStream();
  const client = clientOn(stream);
  stream.respond = () => {
    for (const piece of answer) stream.deliver(piece);
    if (client.isWaiting) stream.endWith("pulled"); // no time-out is waited for
  };
  const answers = framesIn(new Uint8Array(Buffer.concat(answer))).filter((frame) => isAnswer(command, frame));
  try {
    const { fault, data } = await client.request(command);
    const isThere = answers.some(({ data: whole }) => {
      const told = Buffer.from(whole);
      return told.readUInt16LE(0) === fault && Buffer.compare(told.subarray(2), data) === 0;
    });
    must(isThere, `fault ${fault} was answered by nobody`);
    return "answered";
  } catch (error) {
    if (!(error instanceof DockError)) throw error;
    must(stream.isClosed, "a cable that failed is still used");
    must(!client.isWaiting, "an answer is still awaited");
    return error.kind;
  }
}

/** A handheld whose answers are twisted on their way, and which is unplugged when one does not arrive. */
function twisted({ twists, hello, isLoaded: wasLoaded }: ClientInput): {
  handheld: ScriptedHandheld;
  client: FrameClient;
} {
  const handheld = new ScriptedHandheld();
  const client = clientOn(handheld.stream);
  handheld.hello = { ...handheld.hello, ...hello };
  if (wasLoaded) {
    handheld.faults.set(Command.LoadBegin, [FaultNumber.ManifestAlreadyLoaded]);
    handheld.received = MANIFEST;
  }
  handheld.effects.set(Command.Provision, () => (handheld.hello.device = 7));
  handheld.hears = (frame, n) => {
    const { fault = 0 } = twists[n] ?? {};
    if (fault !== 0) handheld.faults.set(frame.command & ~SEALED_BIT, [fault]);
    return true;
  };
  handheld.says = (answer, _, n) => {
    const { noise = new Uint8Array(0), mask = 0, at = 0 } = twists[n] ?? {};
    const bytes = Buffer.concat([noise, answer]);
    bytes[noise.length + (at % answer.length)]! ^= mask;
    return new Uint8Array(bytes);
  };
  handheld.send = (bytes) => {
    handheld.stream.deliver(bytes);
    if (client.isWaiting) handheld.stream.endWith("pulled");
  };
  return { handheld, client };
}

async function load(input: ClientInput): Promise<string> {
  const { handheld, client } = twisted(input);
  const result = await loadHandheld(client, {
    sync: () => new Uint8Array(64),
    portKey: (device, keyEpoch) => (device === 7 && keyEpoch === 1 ? testKey("dock") : undefined),
    keyFile: () => testKeyFile(),
    manifest: () => MANIFEST,
  });
  const { verdict, words } = result;
  must(handheld.frames.length <= REQUESTS_MAX, `${handheld.frames.length} requests`);
  must(words.length > 0 && words.length < 400, `words: ${words}`);
  if (isLoaded(result)) {
    must(Buffer.compare(handheld.received, MANIFEST) === 0, `${verdict}, and it holds something else`);
    must(handheld.commands.includes(Command.LoadCheck), `${verdict}, and nothing was checked`);
  }
  return verdict;
}

/** The host's end of the service port. */
export const fuzzDockClient = fuzzSweep({
  name: "fuzz-dock-client",
  title: "whatever answers on the cable: an answer that was sent, or an error in words; loading ends with a verdict",
  inputs: 200_000,
  properties: 3_000,
  enough: 4_000,
  reaches: [
    "answered",
    "closed",
    "ready",
    "already loaded",
    "needs charging",
    "needs maintenance",
    "unknown device",
    "refused",
  ],
  open: (): FuzzTarget<ClientInput> => ({
    draw,
    give: (input) => (input.command === undefined ? load(input) : request(input.command, input)),
    show: ({ command, answer, twists, hello, isLoaded: wasLoaded }) =>
      command === undefined
        ? `load: ${JSON.stringify({ hello, wasLoaded, twists: twists.map((one) => ({ ...one, noise: hexOf(one.noise) })) })}`
        : `${command}: ${answer.map((piece) => hexOf(piece)).join(" | ")}`,
  }),
});
