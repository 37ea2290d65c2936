// A courier at the doors: scans, keys, codes right and wrong, handovers, reasons, reversals, releases by phone. Each
// yield is a moment at which anything else in the run may happen. What the screen confirms goes into the history.
import { Key } from "../../../hal/contract/keypad.ts";
import { decodeBody, RecordFlag, RecordType } from "../../../src/shared/wire/journal.ts";
import { bodyOf, journalsOn } from "./flash-witness.ts";
import type { Attempt } from "./history.ts";
import { tellRelease } from "./office.ts";
import type { SimHandheld } from "./sim-handheld.ts";
import type { SimParcel, World } from "./world.ts";

/** One visit, step by step. */
export type Visit = AsyncGenerator<undefined, void>;

const BACKS_MAX = 12;
const TRIES_MAX = 4;
/** No clock of a run is so far off: batteries cost seconds, answers are seconds old. */
const OFF_MAX_S = 600;

/** Words of a screen that confirms a result. */
function isConfirmed(type: RecordType, screen: readonly string[]): boolean {
  const [title, big] = screen;
  if (type === RecordType.Accepted) return title === "ACCEPTED" && big === "YES";
  if (title !== "NOTED") return false;
  if (type === RecordType.HandedOver) return big === "DONE";
  if (type === RecordType.Reversed) return big === "UNDONE";
  return type === RecordType.NotDelivered && big !== "NO" && big !== "LOCKED";
}

/** One courier with one parcel. */
class AtDoor {
  private readonly world: World;
  private readonly handheld: SimHandheld;
  private readonly parcel: SimParcel;
  /** Percent of codes that are made up. */
  private readonly madeUp: number;

  constructor(world: World, handheld: SimHandheld, parcel: SimParcel) {
    this.world = world;
    this.handheld = handheld;
    this.parcel = parcel;
    this.madeUp = world.draw.chance(80) ? 15 : 95;
  }

  async *visit(): Visit {
    yield* this.leave();
    this.handheld.scan(this.parcel.tracking);
    yield;
    const title = this.title();
    const { draw } = this.world;
    if (title.startsWith("STOP ")) yield* this.standing();
    else if (title === "ALREADY ACCEPTED" && draw.chance(70)) this.act(RecordType.HandedOver, Key.Enter);
    else if (title === "ALREADY HANDED OVER" && draw.chance(35)) yield* this.takeBack();
    else if (title === "CODE REPLACED" && draw.chance(40)) yield* this.reason();
    else if (title === "LOCKED") yield* draw.chance(75) ? this.release(false) : this.reason();
    else if (title === "DEVICE LOCKED") yield* this.release(true);
    yield;
  }

  private async *standing(): Visit {
    const { draw } = this.world;
    const asks = this.hint().startsWith("OK code");
    if (draw.chance(asks ? 15 : 25)) return yield* this.reason();
    if (!asks) return void this.act(RecordType.HandedOver, Key.Enter);
    for (let tries = 0; tries < TRIES_MAX; tries++) {
      this.handheld.press(Key.Enter);
      yield;
      if (!this.hint().startsWith("BACK fix")) return;
      this.handheld.type(this.digits());
      yield;
      if (!this.hint().startsWith("OK check")) return;
      const isAccepted = this.act(RecordType.Accepted, Key.Enter);
      yield;
      if (isAccepted && draw.chance(85)) this.act(RecordType.HandedOver, Key.Enter);
      if (this.title() !== "WRONG CODE" || draw.chance(15)) break;
      this.handheld.press(Key.Enter);
      yield;
    }
    if (this.title() === "WRONG CODE" && draw.chance(40)) yield* this.reason();
  }

  private async *reason(): Visit {
    this.handheld.press(Key.Reason);
    yield;
    if (this.title() === "WHY NOT?") this.act(RecordType.NotDelivered, this.world.draw.between(1, 8));
  }

  private async *takeBack(): Visit {
    this.handheld.press(Key.Reason);
    yield;
    if (this.title() === "TAKE BACK?") this.act(RecordType.Reversed, Key.Enter);
  }

  /** Reads out the challenge, types the depot's answer. */
  private async *release(isDevice: boolean): Visit {
    const { world, handheld } = this;
    handheld.press(Key.Enter);
    yield;
    const challenge = handheld.screen().find((line) => /^\s*\d{4} \d{4}$/.test(line));
    if (!this.title().startsWith("RELEASE") || challenge === undefined) return;
    const tracking = isDevice ? undefined : this.parcel.tracking;
    const told = world.isDown() ? undefined : await tellRelease(world, handheld, tracking, challenge.trim());
    yield;
    if (!this.title().startsWith("RELEASE")) return;
    handheld.type(told === undefined || world.draw.chance(20) ? this.anyDigits(8) : told);
    yield;
    if (this.title().startsWith("RELEASE")) handheld.press(Key.Enter);
    world.note("release answered", `${handheld.device}: ${this.title()}`);
  }

  private async *leave(): Visit {
    for (let backs = 0; backs < BACKS_MAX && !this.title().startsWith("PAROLA"); backs++) {
      this.handheld.press(Key.Back);
      yield;
    }
  }

  /** Presses the key that is to bring a result about; whether the screen confirmed it. */
  private act(type: RecordType, key: Key): boolean {
    const { world, handheld, parcel } = this;
    const journalEpoch = handheld.active?.journalEpoch ?? 0;
    const attempt: Attempt = { device: handheld.device, journalEpoch, type, parcel: parcel.id };
    const drawn = handheld.press(key);
    if (drawn === undefined || !isConfirmed(type, drawn)) {
      if (!handheld.isOn() && drawn === undefined) world.history.cutOff.push(attempt);
      world.note(`type ${type} not confirmed`, `${handheld.device} ${parcel.tracking}: ${drawn?.[0] ?? "nothing"}`);
      return false;
    }
    world.note(`type ${type} confirmed`, `${handheld.device} ${parcel.tracking}`);
    this.confirmed(attempt);
    return true;
  }

  /** What the screen has confirmed is in flash, at the end of the journal. */
  private confirmed(attempt: Attempt): void {
    const slots = journalsOn(this.handheld.image).get(attempt.journalEpoch) ?? [];
    const record = slots.at(-1);
    const body = record === undefined ? undefined : decodeBody(record);
    if (record === undefined || body?.type !== attempt.type || body.parcel !== attempt.parcel) {
      throw new Error(`confirmed, and not in flash: type ${attempt.type} of parcel ${attempt.parcel}`);
    }
    const off_s = Math.abs(body.time_s - this.handheld.now_ms() / 1000);
    const isSure = this.handheld.isOn() && (body.flags & RecordFlag.ClockEstimated) === 0;
    if (isSure && off_s > OFF_MAX_S) throw new Error(`a record's time is ${off_s} s off, and not flagged`);
    this.world.history.confirmed.push({ ...attempt, slot: slots.length - 1, body: bodyOf(record) });
  }

  private digits(): string {
    const { draw } = this.world;
    const known = this.parcel.digits;
    if (known.length === 0 || draw.chance(this.madeUp)) return this.anyDigits(6);
    return draw.chance(15) ? draw.pick(known) : (known.at(-1) ?? "");
  }

  private anyDigits(count: number): string {
    return String(this.world.draw.below(10 ** count)).padStart(count, "0");
  }

  private title(): string {
    return this.handheld.screen()[0] ?? "";
  }

  private hint(): string {
    return this.handheld.screen().at(-1) ?? "";
  }
}

/** A visit to a door with one of the round's parcels, now and then with another round's. */
export function visit(world: World, handheld: SimHandheld): Visit {
  const { draw, parcels } = world;
  const own = parcels.filter(({ round }) => round === handheld.active?.round);
  const parcel = draw.pick(own.length > 0 && draw.chance(97) ? own : parcels);
  return new AtDoor(world, handheld, parcel).visit();
}
