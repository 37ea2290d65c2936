// Fuzzes the host's end of the service port: whatever answers on the cable, a request ends with an answer that is a frame in
// the stream, or with an error that says how the cable failed; and loading ends with a verdict after a bounded number of
// requests.
import { DockError } from "../../../src/dock/dock-error.ts";
import { FrameClient } from "../../../src/dock/frame-client.ts";
import { loadHandheld } from "../../../src/dock/load-handheld.ts";
import { SYNC_ROUNDS_MAX } from "../../../src/dock/sync-session.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { ANSWER_BIT, Command } from "../../../src/shared/wire/service-frame.ts";
import { FakeStream } from "../../support/fake-stream.ts";
import { testKeyFile } from "../../support/test-round.ts";
import type { Dice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";
import { COMMANDS, frameOf, framesIn, inPieces, spoiledFrame } from "./frame-draw.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { EXAMPLES } from "./manifest-draw.ts";
import { hexOf } from "./spoil.ts";

interface ClientInput {
  /** The command that is asked; undefined: a whole loading. */
  command: Command | undefined;
  /** What answers each request, in pieces; the cable is pulled behind the last one. */
  answers: Uint8Array[][];
}

const MANIFEST = new Uint8Array(Buffer.concat([EXAMPLES[0]!.head, EXAMPLES[0]!.body]));
/** Requests that a loading may make: three a round of its sync, and those around it. */
const REQUESTS_MAX = 2 * 3 * SYNC_ROUNDS_MAX + 20;

/** A hello of a handheld with or without key and unsent records. */
function hello(dice: Dice): Uint8Array {
  const data = Buffer.alloc(2 + 28 + dice.below(4));
  data.writeUInt32LE(dice.oneIn(12) ? 0 : 7, 2);
  data.writeUInt32LE(dice.oneIn(12) ? dice.odd(0xffff_ffff) : 0, 18);
  return new Uint8Array(data);
}

function answerTo(dice: Dice, command: number, usual: number): Uint8Array {
  const data = command === Command.Hello && !dice.oneIn(20) ? hello(dice) : new Uint8Array(2 + dice.below(30));
  const fault = dice.oneIn(24) ? dice.odd(0xffff) : dice.oneIn(12) ? dice.pick([506, 513, 701, 705]) : usual;
  data[0] = fault & 0xff;
  data[1] = fault >> 8;
  const answered = dice.oneIn(24) ? dice.below(256) : command | ANSWER_BIT;
  return dice.oneIn(12) ? spoiledFrame(dice, answered, data) : frameOf(answered, data);
}

const SYNC = [Command.SyncRequest, Command.SyncReply, Command.Hello];
/** The requests of a loading that goes well, and of one that finds its manifest there already. */
const LOADING = [Command.Hello, ...SYNC, Command.LoadBegin, Command.LoadData, Command.LoadCommit, ...SYNC];
const LOADED = [Command.Hello, ...SYNC, Command.LoadBegin, ...SYNC];

function draw(dice: Dice): ClientInput {
  const command = dice.oneIn(3) ? undefined : dice.pick(COMMANDS);
  const isLoaded = command === undefined && dice.oneIn(4);
  const loading = isLoaded ? LOADED : LOADING;
  const asked = command === undefined ? loading.slice(0, loading.length - dice.below(3)) : [command];
  const answers = asked.map((one) => {
    const usual = isLoaded && one === Command.LoadBegin ? FaultNumber.ManifestAlreadyLoaded : 0;
    const bytes = [answerTo(dice, one, usual)];
    if (dice.oneIn(8)) bytes.unshift(dice.bytes(dice.below(9)));
    return inPieces(dice, new Uint8Array(Buffer.concat(bytes)));
  });
  return { command, answers };
}

/** A cable whose far end says what the input says, and goes away when that is no answer: no time-out is waited for. */
class HostileStream extends FakeStream {
  readonly client: FrameClient;
  requests = 0;

  constructor(answers: readonly Uint8Array[][]) {
    super();
    this.client = new FrameClient(this, fastHash);
    this.respond = () => {
      for (const piece of answers[this.requests++] ?? []) this.deliver(piece);
      if ((this.client as unknown as { waiting: unknown }).waiting !== undefined) this.endWith("pulled");
    };
  }
}

async function request(command: Command, { answers }: ClientInput): Promise<string> {
  const stream = new HostileStream(answers);
  const there = framesIn(new Uint8Array(Buffer.concat(answers[0]!)));
  try {
    const { fault, data } = await stream.client.request(command);
    const isThere = there.some(({ command: answered, data: whole }) => {
      const isAnswer = answered === (command | ANSWER_BIT) || answered === ANSWER_BIT;
      const told = Buffer.from(whole);
      return (
        isAnswer && whole.length >= 2 && told.readUInt16LE(0) === fault && Buffer.compare(told.subarray(2), data) === 0
      );
    });
    must(isThere, `fault ${fault} was answered by nobody`);
    return "answered";
  } catch (error) {
    if (!(error instanceof DockError)) throw error;
    must(stream.isClosed, "a cable that failed is still used");
    return error.kind;
  }
}

async function load({ answers }: ClientInput): Promise<string> {
  const stream = new HostileStream(answers);
  const { verdict, words } = await loadHandheld(stream.client, {
    sync: () => new Uint8Array(64),
    keyFile: () => testKeyFile(),
    manifest: () => MANIFEST,
  });
  must(stream.requests <= REQUESTS_MAX, `${stream.requests} requests`);
  must(words.length > 0 && words.length < 400, `words: ${words}`);
  return verdict;
}

/** The host's end of the service port. */
export const fuzzDockClient = fuzzSweep({
  name: "fuzz-dock-client",
  title: "whatever answers on the cable: an answer that was sent, or an error in words; loading ends with a verdict",
  inputs: 200_000,
  properties: 3_000,
  enough: 4_000,
  reaches: ["answered", "closed", "garbage", "ready", "already loaded", "refused"],
  open: (): FuzzTarget<ClientInput> => ({
    draw,
    give: (input) => (input.command === undefined ? load(input) : request(input.command, input)),
    show: ({ command, answers }) =>
      `${command ?? "load"}: ${answers.map((pieces) => pieces.map((piece) => hexOf(piece)).join(" | ")).join(" || ")}`,
  }),
});
