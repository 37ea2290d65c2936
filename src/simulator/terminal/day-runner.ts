// Plays a courier's day on a simulated handheld, a step at a time, printing what is done and what the display shows.
// Time stands still between steps and passes only where the script says so. A step that does not show what it should
// ends the day with a DayFailure.
import { SCREEN_COLUMNS } from "../display-text.ts";
import type { ManualClock } from "../handheld-clock.ts";
import type { SimulatedHandheld } from "../simulated-handheld.ts";
import { fit } from "./ansi.ts";
import type { DepotSide } from "./depot-side.ts";
import { ENTER_KEY, shownChallenge, wrongCode } from "./handheld-keys.ts";

/** Longer than any screen ignores keys after it opened. */
const AFTER_VERDICT_MS = 1000;

/** The day did not go as the script says. */
export class DayFailure extends Error {
  constructor(message: string) {
    super(message);
    this.name = "DayFailure";
  }
}

/** Handheld, depot and time of one scripted day. */
export class DayRunner {
  readonly handheld: SimulatedHandheld;
  readonly depot: DepotSide;
  private readonly clock: ManualClock;
  private readonly print: (line: string) => void;
  private scenes = 0;

  constructor(handheld: SimulatedHandheld, depot: DepotSide, clock: ManualClock, print: (line: string) => void) {
    this.handheld = handheld;
    this.depot = depot;
    this.clock = clock;
    this.print = print;
  }

  /** Begins a part of the day. */
  scene(title: string): void {
    this.print("");
    this.print(`${++this.scenes}. ${title}`);
  }

  /** Says what is being done. */
  tell(words: string): void {
    this.print(`   - ${words}`);
  }

  /** Prints the display. */
  show(): void {
    const edge = "-".repeat(SCREEN_COLUMNS);
    this.print(`     +${edge}+`);
    for (const line of this.handheld.screenText()) this.print(`     |${fit(line, SCREEN_COLUMNS)}|`);
    this.print(`     +${edge}+`);
  }

  /**
   * Requires words on the display, wherever they stand.
   * @throws DayFailure when they are missing
   */
  expect(...words: string[]): void {
    const screen = this.handheld.screenText().join(" ");
    const missing = words.filter((word) => !screen.includes(word));
    if (missing.length === 0) return;
    this.show();
    throw new DayFailure(`the display should show "${missing.join('", "')}"`);
  }

  /** Lets time pass: timers fire, requests are waited for, in their order. */
  async pass(ms: number): Promise<void> {
    const end_ms = this.clock.now_ms() + ms;
    for (;;) {
      await this.handheld.whenIdle();
      const left_ms = end_ms - this.clock.now_ms();
      const next_ms = this.clock.untilNext_ms();
      if (next_ms === undefined || next_ms > left_ms) {
        this.clock.advance(left_ms);
        return;
      }
      this.clock.advance(next_ms);
    }
  }

  /** Presses a key of the handheld and lets the screen settle. */
  async press(key: number): Promise<void> {
    this.handheld.press(key);
    await this.pass(AFTER_VERDICT_MS);
  }

  /** Scans a label. */
  async scan(tracking: string): Promise<void> {
    this.tell(`scans ${tracking}`);
    this.handheld.scan(`${tracking}\r`);
    await this.pass(AFTER_VERDICT_MS);
  }

  /** The code as its buyer sees it. */
  async buyerCode(tracking: string): Promise<string> {
    const code = await this.depot.buyerCode(tracking);
    if (code === undefined) throw new DayFailure(`the buyer of ${tracking} should see a code`);
    return code;
  }

  /** Types a code on the code screen and has it checked. */
  async enterCode(code: string, whose: string): Promise<void> {
    this.tell(`types ${whose} ${code}`);
    this.handheld.type(code);
    await this.press(ENTER_KEY);
  }

  /** From a scan to the verdict: asks for the code and types a wrong one, or the right one. */
  async tryCode(tracking: string, isRight: boolean): Promise<void> {
    await this.scan(tracking);
    this.expect("Ask for the code");
    await this.press(ENTER_KEY);
    const code = await this.buyerCode(tracking);
    await this.enterCode(isRight ? code : wrongCode(code), isRight ? "the buyer's code" : "a wrong code");
  }

  /** Confirms that the parcel left the courier's hands. */
  async handOver(): Promise<void> {
    await this.press(ENTER_KEY);
    this.expect("DONE");
  }

  /** Has the depot release the lock whose challenge is shown, as over the phone. */
  async releaseByPhone(tracking: string): Promise<void> {
    const challenge = shownChallenge(this.handheld.screenText());
    if (challenge === undefined) throw new DayFailure("the display should show eight digits to read out");
    const answer = await this.depot.releaseAnswer(tracking, challenge);
    this.tell(`reads ${challenge} to the depot, which answers ${answer}`);
    this.handheld.type(answer);
    await this.press(ENTER_KEY);
  }
}
