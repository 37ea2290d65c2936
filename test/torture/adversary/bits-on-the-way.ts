// Every bit of what comes and goes over the air or a cable, flipped one at a time: sync requests and replies, a manifest's
// head and pieces, a new key file with its MAC. Whoever has no key changes nothing on either side.
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { concatBytes, readU16 } from "../../../src/shared/wire/bytes.ts";
import { headBytes } from "../../../src/shared/wire/manifest.ts";
import { hex } from "../../support/hex.ts";
import { DAY } from "../../support/test-round.ts";
import { u32Bytes } from "../../support/unit-day.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import type { Files } from "./file-flash.ts";
import { Handset } from "./handset.ts";
import { DEVICE, FRESH, type LivedDay, livedDay } from "./lived-day.ts";

const NAME = "bits-on-the-way";

/** A message and what happens when a spoiled copy of it arrives. */
interface Message {
  name: string;
  bytes: Uint8Array;
  /** @throws Error when it had an effect */
  arrive(spoiled: Uint8Array): Promise<void> | void;
}

/** A handheld that must stay as it is, whatever it is told. */
class Untouched {
  handset: Handset;
  private readonly files: string;

  constructor(handset: Handset) {
    this.handset = handset;
    this.files = fingerprint(handset.flash.snapshot());
  }

  /** @throws Error unless a named fault came out and nothing else did */
  check(fault: number): void {
    if (fault === 0) throw new Error("a spoiled message was taken");
    const { time, recorder, day } = { time: this.handset.handheld.time, ...this.handset.open() };
    const ahead_s = time.now_s() - Math.floor(this.handset.host.clock.now_ms() / 1000);
    const state = [ahead_s, time.estimated, recorder.acknowledged, day.updates.last, day.stopped].join();
    this.state ??= state;
    if (state !== this.state) throw new Error(`a spoiled message changed ${this.state} to ${state}`);
    if (fingerprint(this.handset.flash.snapshot()) !== this.files)
      throw new Error("a spoiled message changed the flash");
  }

  private state: string | undefined;
}

function fingerprint(files: Files): string {
  return [...files].map(([name, bytes]) => `${name} ${hex(bytes)}`).join("\n");
}

/** A request with records, at the depot: refused without a word, and nothing is booked or raised. */
async function requestMessage({ books, files }: LivedDay): Promise<Message> {
  const bytes = new Handset(files).command(Command.SyncRequest).data.slice();
  const stand = (): Promise<string> =>
    books.read(async (tx) => {
      const manifests = await tx.manifests.ofDevice(DEVICE);
      const alarms = await tx.alarms.list();
      const device = await tx.devices.find(DEVICE);
      return JSON.stringify([
        manifests.map(({ acknowledged, closed }) => [acknowledged, closed]),
        alarms.length,
        device,
      ]);
    });
  const before = await stand();
  return {
    name: "request",
    bytes,
    async arrive(spoiled) {
      const reply = await books.depot.handleSync(spoiled);
      if (reply !== undefined) throw new Error("a spoiled request was answered");
      if ((await stand()) !== before) throw new Error("a spoiled request changed the books");
    },
  };
}

/** A reply that acknowledges records and brings updates. */
async function replyMessage({ books, files }: LivedDay): Promise<Message> {
  const untouched = new Untouched(new Handset(files));
  const request = untouched.handset.command(Command.SyncRequest).data.slice();
  const bytes = await books.undone(async (depot) => {
    await depot.reissue(FRESH);
    await depot.release({ device: DEVICE, tracking: undefined, day: DAY, challenge: undefined, online: true });
    return (await depot.handleSync(request))!;
  });
  return {
    name: "reply",
    bytes,
    arrive: (spoiled) => untouched.check(untouched.handset.command(Command.SyncReply, spoiled).fault),
  };
}

/** The head of a newer manifest, for a handheld with everything sent. */
function headMessage(name: string, sent: Handset, manifest: Uint8Array): Message {
  const untouched = new Untouched(sent);
  return {
    name,
    bytes: manifest.slice(0, headBytes(readU16(manifest, 58))),
    arrive: (spoiled) => untouched.check(untouched.handset.command(Command.LoadBegin, spoiled).fault),
  };
}

/** Its body: each spoiled piece is found when the load ends, and the old manifest stands. */
function bodyMessage(sent: () => Handset, manifest: Uint8Array): Message {
  const head = headBytes(readU16(manifest, 58));
  const { sequence } = sent().open().day.manifest.header;
  return {
    name: "body",
    bytes: manifest.slice(head),
    arrive(spoiled) {
      const handset = sent();
      const begun = handset.command(Command.LoadBegin, manifest.slice(0, head)).fault;
      if (begun !== 0) throw new Error(`the load does not begin: F${begun}`);
      const { fault } = handset.command(Command.LoadData, concatBytes([u32Bytes(head), spoiled]));
      const end = fault === 0 ? handset.command(Command.LoadCommit).fault : fault;
      if (end === 0) throw new Error("a spoiled manifest was loaded");
      const now = handset.again().open().day.manifest.header.sequence;
      if (now !== sequence) throw new Error(`manifest ${now} is active after a load that failed`);
    },
  };
}

/** A new key file under the technician's MAC. */
function keyMessage(sent: Handset, bytes: Uint8Array): Message {
  const untouched = new Untouched(sent);
  return {
    name: "provision",
    bytes,
    arrive: (spoiled) => untouched.check(untouched.handset.command(Command.Provision, spoiled).fault),
  };
}

/** Makes handhelds, all the same, with nothing unsent: the depot's word for it does not outlive a restart. */
async function sentHandsets({ books, files }: LivedDay): Promise<() => Handset> {
  const handset = new Handset(files);
  const fault = await handset.sync((request) => books.depot.handleSync(request));
  if (fault !== 0) throw new Error(`the sync fails: F${fault}`);
  const sent = handset.flash.snapshot();
  const reply = await books.depot.handleSync(new Handset(sent).command(Command.SyncRequest).data.slice());
  return () => {
    const again = new Handset(sent);
    again.command(Command.SyncRequest);
    const taken = again.command(Command.SyncReply, reply!).fault;
    if (taken !== 0) throw new Error(`the reply is not taken: F${taken}`);
    return again;
  };
}

/** The messages one after the other: each meets the books as the one before left them. */
async function* messagesOf(day: LivedDay): AsyncGenerator<Message> {
  const { depot } = day.books;
  yield await requestMessage(day);
  yield await replyMessage(day);
  const sent = await sentHandsets(day);
  const manifest = (await depot.sealManifest(DEVICE, DAY, "R1")).bytes;
  yield headMessage("head", sent(), manifest);
  yield bodyMessage(sent, manifest);
  const { keyFile, mac } = await depot.provisionKeyFile(DEVICE, "http://depot.test", { again: true });
  yield keyMessage(sent(), concatBytes([keyFile, mac!]));
}

/** The message as it was sent is taken: what was refused was refused for its flipped bit. */
async function mustBeTaken(torture: Torture, { name, bytes, arrive }: Message): Promise<void> {
  try {
    await arrive(bytes.slice());
  } catch {
    return;
  }
  torture.violated(pointId(NAME, name), new Error("the message as it was sent had no effect"));
}

async function flip(torture: Torture, { name, bytes, arrive }: Message, step: number): Promise<void> {
  for (let bit = torture.seed % step; bit < bytes.length * 8; bit += step) {
    const id = pointId(NAME, `${name}#${bit}`);
    if (torture.only !== undefined && torture.only !== id) continue;
    const spoiled = bytes.slice();
    spoiled[bit >> 3]! ^= 1 << (bit & 7);
    try {
      await arrive(spoiled);
    } catch (error) {
      torture.violated(id, error);
    }
    torture.tried();
  }
}

/** Flips every bit of every message. */
export const bitsOnTheWay: Sweep = {
  name: NAME,
  title: "every bit of sync requests and replies, manifest and key on the cable flipped: refused, nothing changes",
  async run(torture) {
    const day = await livedDay(torture.seed);
    const step = torture.share === 1 ? 1 : Math.round(1 / torture.share) | 1;
    let planned = 0;
    for await (const message of messagesOf(day)) {
      torture.planned((planned += Math.ceil((message.bytes.length * 8) / step)));
      await flip(torture, message, step);
      await mustBeTaken(torture, message);
    }
    await day.books.close();
  },
};
