// A courier's day from load to the next morning, for a program without a terminal: every verdict once, no network, a
// battery that falls out, and at the end the depot's books against what happened. It ends by itself.
import type { ManualClock } from "../handheld-clock.ts";
import type { SimulatedHandheld } from "../simulated-handheld.ts";
import { DayFailure, DayRunner } from "./day-runner.ts";
import type { DepotSide, RoundParcel } from "./depot-side.ts";
import { ENTER_KEY, REASON_KEY } from "./handheld-keys.ts";

const NOT_HOME = 1; // the reason's key, src/shared/wire/journal.ts
/** After a record, after the link's return, and from one sync to the next: longer than each. */
const SYNC_SOON_MS = 5_000;
const SYNC_EVERY_MS = 310_000;
/** A label of the right form and check digit that no round carries. */
const STRANGER = "RR123456785IT";

/** What a scripted day is made of. */
export interface ScriptedDay {
  handheld: SimulatedHandheld;
  depot: DepotSide;
  clock: ManualClock;
  print(line: string): void;
}

/** Parcels taken from the round one after the other, and what was done with them. */
class Round {
  readonly handedOver: string[] = [];
  readonly notDelivered: string[] = [];
  private readonly coded: string[];
  private readonly plain: string[];

  constructor(parcels: readonly RoundParcel[]) {
    this.coded = parcels.filter(({ isProtected }) => isProtected).map(({ tracking }) => tracking);
    this.plain = parcels.filter(({ isProtected }) => !isProtected).map(({ tracking }) => tracking);
  }

  next(isProtected: boolean): string {
    const tracking = (isProtected ? this.coded : this.plain).shift();
    if (tracking === undefined) throw new DayFailure("the round has too few parcels for this day");
    return tracking;
  }
}

async function withoutCode(day: DayRunner, round: Round): Promise<void> {
  day.scene("A parcel that needs no code");
  const tracking = round.next(false);
  await day.scan(tracking);
  day.expect("No code needed");
  day.show();
  await day.handOver();
  day.show();
  round.handedOver.push(tracking);
}

async function wrongThenRight(day: DayRunner, round: Round): Promise<void> {
  day.scene("A protected parcel: first a wrong code, then the right one");
  const tracking = round.next(true);
  await day.tryCode(tracking, false);
  day.expect("WRONG", "2 tries left");
  day.show();
  await day.tryCode(tracking, true);
  day.expect("YES", "Code is right");
  day.show();
  await day.handOver();
  round.handedOver.push(tracking);
}

async function lockAndRelease(day: DayRunner, round: Round): Promise<void> {
  day.scene("Three wrong codes lock the parcel; the depot releases it by phone");
  const tracking = round.next(true);
  for (let turn = 0; turn < 3; turn++) await day.tryCode(tracking, false);
  day.expect("LOCKED");
  day.show();
  await day.press(ENTER_KEY);
  day.show();
  await day.releaseByPhone(tracking);
  await day.tryCode(tracking, true);
  day.expect("YES");
  await day.handOver();
  day.show();
  round.handedOver.push(tracking);
}

async function offline(day: DayRunner, round: Round): Promise<void> {
  day.scene("No network: the verdict comes all the same, results wait in flash");
  await day.pass(SYNC_SOON_MS);
  day.handheld.setLink(false);
  const tracking = round.next(true);
  await day.tryCode(tracking, true);
  day.expect("YES");
  await day.handOver();
  round.handedOver.push(tracking);
  await day.pass(SYNC_SOON_MS);
  day.expect("2 waiting to sync");
  day.show();
}

async function batteryPull(day: DayRunner, round: Round): Promise<void> {
  day.scene("The battery falls out, twice: nothing is lost, no try is given back");
  const accepted = round.next(true);
  await day.tryCode(accepted, true);
  day.expect("YES");
  await restart(day);
  await day.scan(accepted);
  day.expect("ALREADY ACCEPTED");
  day.show();
  await day.handOver();
  const tried = round.next(true);
  await day.tryCode(tried, false);
  day.expect("2 tries left");
  await restart(day);
  await day.tryCode(tried, false);
  day.expect("1 try left");
  day.show();
  await day.tryCode(tried, true);
  await day.handOver();
  round.handedOver.push(accepted, tried);
}

async function restart(day: DayRunner): Promise<void> {
  day.tell("the battery is pulled and put back");
  day.handheld.cutPower();
  day.handheld.boot();
  await day.pass(SYNC_SOON_MS);
}

async function linkReturns(day: DayRunner): Promise<void> {
  day.scene("The network returns: what waits is sent by itself");
  day.show();
  day.handheld.setLink(true);
  await day.pass(SYNC_SOON_MS);
  day.expect("All sent");
  day.show();
}

async function newCode(day: DayRunner, round: Round): Promise<void> {
  day.scene("The buyer loses the code and gets a new one while the courier is on the road");
  const tracking = round.next(true);
  const old = await day.buyerCode(tracking);
  await day.depot.replaceCode(tracking);
  await day.pass(SYNC_EVERY_MS);
  await day.scan(tracking);
  await day.press(ENTER_KEY);
  await day.enterCode(old, "the old code");
  day.expect("WRONG");
  day.show();
  await day.tryCode(tracking, true);
  day.expect("YES");
  await day.handOver();
  round.handedOver.push(tracking);
}

async function slipped(day: DayRunner, round: Round): Promise<void> {
  day.scene("A delivery slips to the next day: today's code is dead");
  const tracking = round.next(true);
  await day.depot.moveToNextDay(tracking);
  await day.pass(SYNC_EVERY_MS);
  await day.scan(tracking);
  day.expect("CODE REPLACED");
  day.show();
}

async function refusals(day: DayRunner, round: Round): Promise<void> {
  day.scene("A parcel of another round, a misread label, and nobody at home");
  await day.scan(STRANGER);
  day.expect("NOT ON THIS ROUND");
  day.show();
  await day.scan(STRANGER.replace("5IT", "6IT"));
  day.expect("WRONG CHECK DIGIT");
  const tracking = round.next(true);
  await day.scan(tracking);
  await day.press(REASON_KEY);
  day.expect("WHY NOT?");
  day.show();
  await day.press(NOT_HOME);
  day.expect("Not home");
  round.notDelivered.push(tracking);
}

function difference(what: string, happened: readonly string[], booked: readonly string[]): string[] {
  const missing = happened.filter((tracking) => !booked.includes(tracking));
  const extra = booked.filter((tracking) => !happened.includes(tracking));
  return [
    ...missing.map((tracking) => `${tracking} was ${what}, and is not booked`),
    ...extra.map((tracking) => `${tracking} is booked as ${what}, and was not`),
    ...(booked.length === new Set(booked).size ? [] : [`something was booked twice as ${what}`]),
  ];
}

async function evening(day: DayRunner, round: Round): Promise<void> {
  day.scene("Evening: the depot's books against what happened");
  await day.pass(SYNC_EVERY_MS);
  const books = await day.depot.books();
  day.tell(`happened: ${round.handedOver.length} handed over, ${round.notDelivered.length} not delivered`);
  day.tell(`booked:   ${books.handedOver.length} handed over, ${books.notDelivered.length} not delivered`);
  const wrong = [
    ...difference("handed over", round.handedOver, books.handedOver),
    ...difference("not delivered", round.notDelivered, books.notDelivered),
    ...books.alarms.map((alarm) => `alarm: ${alarm}`),
  ];
  if (wrong.length > 0) throw new DayFailure(`the books are wrong: ${wrong.join("; ")}`);
  day.tell("they agree; no alarm");
}

async function nextDay(day: DayRunner, round: Round): Promise<void> {
  day.scene("The next day: new codes, the old ones are dead");
  const [tracking] = round.notDelivered;
  if (tracking === undefined) return;
  const old = await day.buyerCode(tracking);
  for (const line of await day.depot.nextDay()) day.tell(line);
  await day.pass(SYNC_SOON_MS);
  day.show();
  await day.scan(tracking);
  day.expect("Ask for the code");
  await day.press(ENTER_KEY);
  await day.enterCode(old, "yesterday's code");
  day.expect("WRONG");
  day.show();
  await day.tryCode(tracking, true);
  day.expect("YES");
  await day.handOver();
  day.show();
}

/**
 * Plays the day.
 * @returns whether everything went as it should; what did not was printed
 * @throws what depot or firmware throw
 */
export async function playScriptedDay({ handheld, depot, clock, print }: ScriptedDay): Promise<boolean> {
  const day = new DayRunner(handheld, depot, clock, print);
  try {
    const round = new Round(await depot.parcels());
    day.scene(`Morning, ${depot.dayText()}: the round is loaded`);
    handheld.setLink(true);
    await day.pass(SYNC_SOON_MS);
    day.expect("left", "All sent");
    day.show();
    await withoutCode(day, round);
    await wrongThenRight(day, round);
    await lockAndRelease(day, round);
    await offline(day, round);
    await batteryPull(day, round);
    await linkReturns(day);
    await newCode(day, round);
    await slipped(day, round);
    await refusals(day, round);
    await evening(day, round);
    await nextDay(day, round);
    print("");
    print("The day went as it should.");
    return true;
  } catch (error) {
    if (!(error instanceof DayFailure)) throw error;
    print("");
    print(`FAILED: ${error.message}`);
    return false;
  }
}
