// The courier's hands and eyes on a handheld: every action of a scene, and the tally of what its screen confirmed. In a
// rehearsal the display's pixels of every confirmation are kept: after a cut they tell whether it was shown already.
import { randomBytes } from "node:crypto";
import { Key } from "../../../hal/contract/keypad.ts";
import type { BenchHandheld } from "../../../src/dock/bench-handheld.ts";
import { loadHandheld, type LoadResult } from "../../../src/dock/load-handheld.ts";
import { openSession } from "../../../src/dock/service-session.ts";
import { syncFailed, syncSession } from "../../../src/dock/sync-session.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { Role } from "../../../src/shared/wire/service-session.ts";
import { codeIdAt, parcelIdAt, type SealedRound, testKey } from "../../support/test-round.ts";
import type { DepotBooks } from "./depot-books.ts";
import type { Tally, UnderWay } from "./tally.ts";

/** Screens looked at before one counts as never coming. */
const LOOKS_MAX = 3000;
/** Between two looks: a verdict takes no key for 400 ms, which pass faster while the handheld is left alone. */
const LOOK_MS = 5;
const PIXELS_HEADER_BYTES = 4;
/** Rows of the display above the line with the keys, which is drawn later: 56 rows of 16 bytes. */
const LASTING_BYTES = 56 * 16;

/** Pixels of the confirmations of a scene, by the number of their step. */
export type Pictures = Map<number, Buffer>;

/** One parcel of a round, as the courier and its buyer know it. */
export interface Errand {
  /** Its place in the round's list, from 0. */
  place: number;
  tracking: string;
  digits: string;
  /** Id of the code that counts, where it is not the manifest's. */
  code?: number;
}

/** Who stands around the handheld. */
export interface Surroundings {
  round: SealedRound;
  books: DepotBooks;
  tally: Tally;
}

/** Acts on one running handheld. */
export class Courier {
  readonly bench: BenchHandheld;
  readonly around: Surroundings;
  /** Set in a rehearsal. */
  private readonly pictures: Pictures | undefined;
  private steps = 0;

  constructor(bench: BenchHandheld, around: Surroundings, pictures?: Pictures) {
    this.bench = bench;
    this.around = around;
    this.pictures = pictures;
  }

  /** Looks until the screen shows a text, and takes keys again. @throws Error with the screen when it never does */
  async until(text: RegExp): Promise<string> {
    let shown = "";
    for (let look = 0; look < LOOKS_MAX; look++) {
      const lines = await this.bench.screen();
      shown = lines.join("\n");
      if (text.test(shown) && lines.at(-1) !== "") return shown;
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    throw new Error(`the screen never showed ${String(text)}; it shows: ${shown.replaceAll("\n", " / ")}`);
  }

  /** Back to the idle screen. */
  async leave(): Promise<string> {
    for (let presses = 0; presses < 12; presses++) {
      const shown = await this.until(/(?:)/);
      if (shown.startsWith("PAROLA")) return shown;
      await this.bench.press(Key.Back);
    }
    throw new Error("a screen cannot be left");
  }

  /** Scans a parcel's label; what is said of it. */
  async scan({ tracking }: Errand, shows = /(?:)/): Promise<string> {
    await this.leave();
    await this.bench.scan(tracking);
    return this.until(shows);
  }

  /** Six digits on a parcel. @param shows the verdict expected @param type the record it makes */
  async tryCode(errand: Errand, digits: string, shows: RegExp, type = RecordType.Wrong): Promise<void> {
    await this.scan(errand, new RegExp(`${errand.tracking}[^]*OK code`));
    await this.bench.press(Key.Enter);
    await this.until(/______/);
    await this.bench.type(digits);
    await this.confirming(type, errand, shows, () => this.bench.press(Key.Enter), { code: codeOf(errand) });
  }

  /** From an accepted verdict, or a parcel that needs no code. */
  async handOver(errand: Errand): Promise<void> {
    await this.confirming(RecordType.HandedOver, errand, /^NOTED\nDONE/, () => this.bench.press(Key.Enter));
  }

  /** The right code, and the parcel leaves the courier's hands. */
  async deliver(errand: Errand): Promise<void> {
    await this.tryCode(errand, errand.digits, /^ACCEPTED/, RecordType.Accepted);
    await this.handOver(errand);
  }

  /** From a parcel's screen or a verdict: why it is not delivered. */
  async note(errand: Errand, reason: number): Promise<void> {
    await this.bench.press(Key.Reason);
    await this.until(/^WHY NOT/);
    await this.confirming(RecordType.NotDelivered, errand, /^NOTED/, () => this.bench.press(reason), { reason });
  }

  /** A handover is taken back. */
  async takeBack(errand: Errand): Promise<void> {
    await this.scan(errand, /^ALREADY HANDED OVER/);
    await this.bench.press(Key.Reason);
    await this.until(/^TAKE BACK/);
    await this.confirming(RecordType.Reversed, errand, /^NOTED\nUNDONE/, () => this.bench.press(Key.Enter));
  }

  /** From a locked verdict to the depot's challenge. */
  async callDepot(): Promise<void> {
    await this.bench.press(Key.Enter);
    await this.until(/Tell the depot/);
  }

  /** The eight digits of an answer. */
  async answer(errand: Errand, digits: string, isRight: boolean): Promise<void> {
    await this.bench.type(digits);
    const type = isRight ? RecordType.Released : RecordType.WrongAnswer;
    const shows = isRight ? /OK code/ : /Wrong answer/;
    await this.confirming(type, errand, shows, () => this.bench.press(Key.Enter));
  }

  /** Results to the depot, updates from it. @param results records that its updates bring */
  async sync(results: UnderWay["results"] = []): Promise<void> {
    const { tally, books } = this.around;
    tally.underWay = { step: this.steps++, code: undefined, results };
    await this.openSession();
    const outcome = await syncSession(this.bench.client, (request) => books.answer(request));
    if (syncFailed(outcome)) throw new Error(`the sync failed with F${outcome.fault}`);
    if (outcome.hello.unsent !== 0) throw new Error(`${outcome.hello.unsent} records stay unsent`);
    tally.confirm();
  }

  /** What follows on this cable is sealed with the technician's key. */
  async openSession(): Promise<void> {
    const roleKey = (device: number, keyEpoch: number): Uint8Array => testKey("technician", device, keyEpoch);
    await openSession(this.bench.client, { role: Role.Technician, roleKey, random: (length) => randomBytes(length) });
  }

  /** The whole procedure of the dock for the surroundings' round. */
  async load(keyFile: Uint8Array, maintenance = false): Promise<LoadResult> {
    const { books, round } = this.around;
    const depot = {
      sync: (request: Uint8Array) => books.answer(request),
      portKey: (device: number, keyEpoch: number) => testKey("dock", device, keyEpoch),
      keyFile: () => keyFile,
      manifest: () => round.bytes,
    };
    return loadHandheld(this.bench.client, depot, { maintenance });
  }

  /** Acts, and counts the result as confirmed once the screen shows it. */
  private async confirming(
    type: RecordType,
    { place }: Errand,
    shows: RegExp,
    act: () => Promise<void>,
    of: { code?: number; reason?: number } = {},
  ): Promise<void> {
    const { tally, round } = this.around;
    const result = {
      round,
      type,
      parcel: parcelIdAt(place),
      ...(of.reason === undefined ? {} : { reason: of.reason }),
    };
    const step = this.steps++;
    tally.underWay = { step, code: of.code, results: [result] };
    await act();
    await this.until(shows);
    tally.confirm();
    if (this.pictures === undefined) return;
    const { data } = await this.bench.client.request(Command.Pixels);
    this.pictures.set(step, Buffer.from(data.subarray(PIXELS_HEADER_BYTES, PIXELS_HEADER_BYTES + LASTING_BYTES)));
  }
}

/** Id of the code that counts for a parcel. */
export function codeOf({ code, place }: Errand): number {
  return code ?? codeIdAt(place);
}
