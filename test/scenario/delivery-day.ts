// One courier's day from the first scan to the closing count: every verdict, a reason, a release, a dead battery in
// mid-day, hours without a link. It keeps its own tally, by hand, and compares the depot's books with it at the end.
import assert from "node:assert/strict";
import { Key } from "../../hal/contract/keypad.ts";
import type { ParcelLine } from "../../src/depot/day/report.ts";
import { Reason } from "../../src/shared/wire/journal.ts";
import { compare, type Tally } from "./tally.ts";
import type { DepotProcess } from "./depot-process.ts";
import { localDay } from "./depot-process.ts";
import { type Door, eventually, leave, scanned, tryCode, until, untilKeysCount } from "./door.ts";

/** The handheld's number in the scenario. */
export const DEVICE = 7;

/** What a day needs. */
export interface DeliveryDay {
  door: Door;
  depot: DepotProcess;
  /** Loads today's manifest, or that of another day; returns the words the dock said. */
  load(day: string): Promise<string>;
  say(line: string): void;
}

const NOBODYS = "TBA999999999999";
const MISREAD = "RB123456786US"; // the check digit of S10's own example is 5

/** Drives the day; throws at the first thing that is not as it must be. */
export async function deliveryDay(run: DeliveryDay): Promise<void> {
  const { door, depot, say } = run;
  const today = localDay();
  const tally: Tally = { delivered: new Set(), accepted: new Set(), attempted: new Map() };
  assert.match(await run.load(today), /ready/);
  assert.match(await run.load(today), /already loaded/);
  const books = await depot.report(today);
  const open = books.lines.filter(({ needsCode }) => !needsCode);
  const guarded = books.lines.filter(({ needsCode }) => needsCode);
  say(`${books.parcels} parcels, ${books.needCode} protected`);
  await until(door, `${books.parcels} left`);
  await door.link(true);

  const steps = new Steps(run, tally, open, guarded);
  await steps.withoutCode();
  await steps.wrongThenRight();
  await steps.acceptedButKept();
  await steps.strangersAndNoise();
  await steps.lockedAndReleased();
  await steps.replacedCodes(today);
  await door.link(false);
  say("the link is gone");
  await steps.deadBattery();
  await steps.reasons();
  await steps.backOnline(books.parcels);
  await steps.deviceLock();
  await steps.fullMemory();
  await compare(depot, today, tally, say);
  await steps.tomorrow(localDay(1));
}

/** The day's episodes, each from idle back to idle. */
class Steps {
  private readonly run: DeliveryDay;
  private readonly tally: Tally;
  private readonly open: readonly ParcelLine[];
  private readonly guarded: readonly ParcelLine[];
  private next = 0;

  constructor(run: DeliveryDay, tally: Tally, open: readonly ParcelLine[], guarded: readonly ParcelLine[]) {
    this.run = run;
    this.tally = tally;
    this.open = open;
    this.guarded = guarded;
  }

  async withoutCode(): Promise<void> {
    const { door } = this.run;
    for (const { tracking } of this.open.slice(0, 5)) {
      await scanned(door, tracking, "No code needed.");
      await door.press(Key.Enter);
      await until(door, "DONE");
      this.tally.delivered.add(tracking);
      await leave(door);
    }
    await scanned(door, this.open[0]?.tracking ?? "", "ALREADY HANDED OVER");
    await leave(door);
    this.run.say("handed over without a code");
  }

  async wrongThenRight(): Promise<void> {
    const { door, depot } = this.run;
    const tracking = this.take();
    const code = await depot.buyersCode(tracking);
    const wrong = await tryCode(door, tracking, wrongCode(code, 1));
    assert.match(wrong.join("\n"), /WRONG CODE[\s\S]*2 tries left/);
    await leave(door);
    await this.acceptAndHandOver(tracking, code);
    this.run.say("wrong, then right");
  }

  async acceptedButKept(): Promise<void> {
    const { door, depot } = this.run;
    const [later, never] = [this.take(), this.take()];
    for (const tracking of [later, never]) {
      assert.match((await tryCode(door, tracking, await depot.buyersCode(tracking)))[0] ?? "", /^ACCEPTED/);
      this.tally.accepted.add(tracking);
      await leave(door);
    }
    await scanned(door, later, "ALREADY ACCEPTED");
    await door.press(Key.Enter);
    await until(door, "DONE");
    this.tally.delivered.add(later);
    await leave(door);
    this.run.say("accepted, handed over later; accepted, kept");
  }

  async strangersAndNoise(): Promise<void> {
    const { door } = this.run;
    await scanned(door, NOBODYS, "NOT ON THIS ROUND");
    await leave(door);
    await scanned(door, MISREAD, "WRONG CHECK DIGIT");
    await leave(door);
    const { tracking } = this.open[6] ?? { tracking: "" };
    await door.scanRaw(`\u0002\u0007${tracking.slice(0, 4)}`);
    await door.scanRaw(`${tracking.slice(4)}\u0000\r\n`);
    await until(door, tracking);
    await leave(door);
    this.run.say("unknown, misread, and a label in pieces with noise");
  }

  async lockedAndReleased(): Promise<void> {
    const { door, depot } = this.run;
    const [released, stays] = [this.take(), this.take()];
    for (const tracking of [released, stays]) await this.lock(tracking);
    await scanned(door, released, "LOCKED");
    await this.release("--parcel", released);
    await this.acceptAndHandOver(released, await depot.buyersCode(released));
    await scanned(door, stays, "LOCKED");
    await leave(door);
    this.run.say("locked, released by phone, accepted; another stays locked");
  }

  async replacedCodes(today: string): Promise<void> {
    const { door, depot } = this.run;
    const [again, slipped] = [this.take(), this.take()];
    const old = await depot.buyersCode(again);
    await depot.parola("reissue", again);
    await depot.parola("reissue", slipped, "--for", localDay(1));
    await this.synced();
    const fresh = await depot.buyersCode(again);
    assert.match((await tryCode(door, again, old === fresh ? wrongCode(fresh, 1) : old)).join("\n"), /WRONG/);
    await leave(door);
    await this.acceptAndHandOver(again, fresh);
    await scanned(door, slipped, "CODE REPLACED");
    await leave(door);
    assert.equal((await depot.report(today)).alarms.length, 0);
    this.run.say("a new code for today takes the old one's place; a code for tomorrow is refused");
  }

  async deadBattery(): Promise<void> {
    const { door, depot } = this.run;
    const [tracking, offline] = [this.take(), this.take()];
    const code = await depot.buyersCode(tracking);
    await tryCode(door, tracking, wrongCode(code, 1));
    await this.acceptAndHandOver(offline, await depot.buyersCode(offline), true);
    const before = (await idle(door))[1];
    await door.cutPower();
    assert.equal((await idle(door))[1], before, "parcels left are as before the battery fell out");
    await scanned(door, tracking, tracking);
    await door.press(Key.Enter);
    await until(door, "2 tries left");
    await leave(door);
    await this.acceptAndHandOver(tracking, code);
    this.run.say("a dead battery in mid-day: nothing lost, no try given back");
  }

  async reasons(): Promise<void> {
    const { door } = this.run;
    for (const reason of [Reason.NotHome, Reason.NoCode, Reason.Damaged]) {
      await this.note(this.take(), reason);
    }
    const { tracking } = this.open[7] ?? { tracking: "" };
    await this.note(tracking, Reason.Refused);
    await leave(door);
    this.run.say("four reasons");
  }

  async backOnline(parcels: number): Promise<void> {
    const { door } = this.run;
    assert.match((await idle(door)).join("\n"), /waiting to sync/);
    await door.link(true);
    await until(door, "All sent");
    await until(door, `${parcels - this.tally.delivered.size} left`);
    this.run.say("the link is back: everything sent by itself");
  }

  async deviceLock(): Promise<void> {
    const { door, depot } = this.run;
    for (let turn = 0; turn < 20; turn++) {
      const tracking = this.take();
      const [title] = await scanned(door, tracking, "STOP|DEVICE LOCKED");
      if (title === "DEVICE LOCKED") break;
      const code = await depot.buyersCode(tracking);
      for (let attempt = 1; attempt <= 3; attempt++) {
        const [verdict] = await tryCode(door, tracking, wrongCode(code, attempt));
        await leave(door);
        if (verdict !== "WRONG CODE") break;
      }
    }
    assert.equal((await door.screen())[0], "DEVICE LOCKED");
    await this.release("--whole-device");
    await leave(door);
    const tracking = this.take();
    await this.acceptAndHandOver(tracking, await depot.buyersCode(tracking));
    this.run.say("the device locks after 15 tries without success, and is released");
  }

  /** Attempts without number fill the parcel index long before the journal's reserve is touched. */
  async fullMemory(): Promise<void> {
    const { door } = this.run;
    const { tracking } = this.open[8] ?? { tracking: "" };
    for (let attempt = 0; attempt < 150; attempt++) {
      await door.scan(tracking);
      const screen = await untilKeysCount(door);
      if (screen[0] === "MEMORY NEARLY FULL") break;
      await door.press(Key.Reason);
      await door.press(Reason.Closed);
      this.tally.attempted.set(tracking, Reason.Closed);
    }
    await until(door, "MEMORY NEARLY FULL");
    await leave(door);
    await until(door, "All sent");
    this.run.say("memory nearly full: no more tries are taken, everything is still sent");
  }

  async tomorrow(day: string): Promise<void> {
    const { door, depot } = this.run;
    await depot.parola("close-day", localDay());
    const closed = await depot.parola("report", "--day", localDay(), "--json");
    await depot.parola("close-day", localDay());
    assert.equal(await depot.parola("report", "--day", localDay(), "--json"), closed, "closing twice changes nothing");
    assert.match(await this.run.load(day), /ready/);
    const [line] = (await depot.report(day)).lines;
    await scanned(door, line?.tracking ?? "", "NOT TODAY");
    await leave(door);
    this.run.say("the day is closed; tomorrow's round is loaded and not valid yet");
  }

  private take(): string {
    const line = this.guarded[this.next++];
    if (line === undefined) throw new Error("the round has too few protected parcels for this day");
    return line.tracking;
  }

  private async acceptAndHandOver(tracking: string, code: string, unsent = false): Promise<void> {
    const { door } = this.run;
    assert.match((await tryCode(door, tracking, code))[0] ?? "", /^ACCEPTED/, tracking);
    this.tally.accepted.add(tracking);
    await door.press(Key.Enter);
    await until(door, "DONE");
    this.tally.delivered.add(tracking);
    await leave(door);
    if (unsent) await until(door, "waiting to sync");
  }

  private async lock(tracking: string): Promise<void> {
    const { door, depot } = this.run;
    const code = await depot.buyersCode(tracking);
    for (const [attempt, says] of [/2 tries left/, /1 try left/, /^LOCKED/].entries()) {
      assert.match((await tryCode(door, tracking, wrongCode(code, attempt + 1))).join("\n"), says);
      await leave(door);
    }
  }

  /** From a locked verdict: reads the challenge out to the depot, types its answer. */
  private async release(...what: string[]): Promise<void> {
    const { door, depot } = this.run;
    await door.press(Key.Enter);
    const screen = await until(door, "Tell the depot:");
    await untilKeysCount(door);
    const challenge = (screen[3] ?? "").replaceAll(" ", "");
    await door.type("00000000");
    await door.press(Key.Enter);
    await until(door, "Wrong answer");
    const wish = ["release", "--device", String(DEVICE), ...what, "--challenge", challenge];
    const { answer } = await depot.json<{ answer: string }>(...wish);
    await door.type(answer);
    await door.press(Key.Enter);
    await until(door, /STOP/);
    await leave(door);
  }

  private async note(tracking: string, reason: Reason): Promise<void> {
    const { door } = this.run;
    await scanned(door, tracking, tracking);
    await door.press(Key.Reason);
    await until(door, "WHY NOT?");
    await door.press(reason);
    await until(door, "NOTED");
    this.tally.attempted.set(tracking, reason);
    await leave(door);
  }

  /** The link goes and returns: a sync of its own accord, updates stored. */
  private async synced(): Promise<void> {
    const { door } = this.run;
    await door.link(false);
    await door.link(true);
    await until(door, "All sent");
    await eventually("the updates are stored", async () => {
      const [device] = (await this.run.depot.report(localDay())).devices;
      return device !== undefined && device.updatesQueued > 0 && device.updatesStored === device.updatesQueued;
    });
  }
}

async function idle(door: Door): Promise<string[]> {
  await leave(door);
  return door.screen();
}

/** Six digits that are not the code, and not a near miss of it. */
function wrongCode(code: string, n: number): string {
  return [...code].map((digit, i) => String((Number(digit) + n + (i % 3)) % 10)).join("");
}
