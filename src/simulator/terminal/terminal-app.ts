// The interactive handheld without its terminal: key events in, frames out. What the person does to the handheld goes
// through its real inputs; what the depot says comes from the real depot. It holds no delivery code for longer than
// it is shown.
import type { SimulatedHandheld } from "../simulated-handheld.ts";
import type { DepotSide, RoundParcel } from "./depot-side.ts";
import { frameLines, PAGE_PARCELS } from "./frame.ts";
import { handheldKey, shownChallenge, wrongCode } from "./handheld-keys.ts";
import type { KeyEvent } from "./key-events.ts";

/** How long the screen stays dark when the battery is pulled. */
const DARK_MS = 700;
const CHOICE_DIGITS = 3;

/** The terminal handheld. */
export class TerminalApp {
  /** Called when a frame would look different. */
  onChange: () => void = () => undefined;
  /** Called when the person wants to leave. */
  onQuit: () => void = () => undefined;

  private readonly handheld: SimulatedHandheld;
  private readonly depot: DepotSide;
  private parcels: RoundParcel[] = [];
  private page = 0;
  private chosen: number | undefined;
  private intro = true;
  private choosing: string | undefined;
  private message = "";
  private isBusy = false;
  /** Tones that were played before the last key: their light is out. */
  private tonesBefore = 0;

  constructor(handheld: SimulatedHandheld, depot: DepotSide) {
    this.handheld = handheld;
    this.depot = depot;
    handheld.onChange = () => this.onChange();
  }

  /** Reads the round; call it before the first frame, and now and then for what the depot has booked meanwhile. */
  async refresh(): Promise<void> {
    this.parcels = await this.depot.parcels();
    this.onChange();
  }

  /** The frame now: 24 lines of at most 80 columns. */
  frame(): string[] {
    return frameLines({
      drawing: this.handheld.drawing,
      isOn: this.handheld.isRunning,
      tone: this.handheld.tones.slice(this.tonesBefore).at(-1) ?? 0,
      linkIsUp: this.handheld.linkIsUp,
      day: this.depot.dayText(),
      depotUrl: this.depot.url,
      parcels: this.parcels,
      page: this.page,
      chosen: this.chosen,
      intro: this.intro,
      choosing: this.choosing,
      message: this.message,
    });
  }

  /** Takes a key. Keys during a longer step of the depot are ignored, but for leaving. */
  async handle(event: KeyEvent): Promise<void> {
    const quits = event.kind === "interrupt" || (event.kind === "character" && event.character === "q");
    if (quits) return this.onQuit();
    if (this.isBusy) return;
    this.message = "";
    this.tonesBefore = this.handheld.tones.length;
    try {
      if (this.choosing === undefined) await this.act(event);
      else this.choose(event, this.choosing);
    } catch (error) {
      this.message = error instanceof Error ? error.message : String(error);
    }
    this.onChange();
  }

  private async act(event: KeyEvent): Promise<void> {
    const key = handheldKey(event);
    if (key !== undefined) return this.handheld.press(key);
    if (event.kind === "page-down") return this.turnPage(1);
    if (event.kind === "page-up") return this.turnPage(-1);
    if (event.kind === "character") await this.command(event.character);
  }

  private async command(character: string): Promise<void> {
    switch (character) {
      case "s":
        this.intro = false;
        this.choosing = "";
        return;
      case "h":
        this.intro = !this.intro;
        return;
      case "n":
        return this.toggleNetwork();
      case "p":
        return this.busy(() => this.pullBattery());
      case "t":
        return this.busy(() => this.nextDay());
      default:
        await this.commandOnParcel(character);
    }
  }

  private async commandOnParcel(character: string): Promise<void> {
    if (!"cwlx".includes(character)) return;
    const parcel = this.chosen === undefined ? undefined : this.parcels[this.chosen];
    if (parcel === undefined) {
      this.message = "Scan a parcel first: s, its number, Enter.";
      return;
    }
    const { tracking } = parcel;
    if (character === "c") this.message = await this.codeWords(tracking);
    if (character === "w") await this.typeWrong(tracking);
    if (character === "l") await this.release(tracking);
    if (character === "x") await this.replaceCode(tracking);
  }

  private choose(event: KeyEvent, typed: string): void {
    if (event.kind === "enter") return this.scan(Number(typed) - 1);
    if (event.kind === "character" && /^\d$/.test(event.character)) {
      this.choosing = (typed + event.character).slice(0, CHOICE_DIGITS);
    } else if (event.kind === "back") this.choosing = typed === "" ? undefined : typed.slice(0, -1);
    else if (event.kind === "page-down") this.turnPage(1);
    else if (event.kind === "page-up") this.turnPage(-1);
  }

  private scan(index: number): void {
    this.choosing = undefined;
    const parcel = this.parcels[index];
    if (parcel === undefined) {
      this.message = `There is no such parcel; the list goes from 1 to ${this.parcels.length}.`;
      return;
    }
    this.chosen = index;
    this.page = Math.floor(index / PAGE_PARCELS);
    this.handheld.scan(`${parcel.tracking}\r`);
  }

  private turnPage(by: number): void {
    this.intro = false;
    const last = Math.max(0, Math.ceil(this.parcels.length / PAGE_PARCELS) - 1);
    this.page = Math.min(last, Math.max(0, this.page + by));
  }

  private async codeWords(tracking: string): Promise<string> {
    const code = await this.depot.buyerCode(tracking);
    if (code === undefined) return `The buyer of ${tracking} sees no code: none is needed, or it is spent.`;
    return `The buyer of ${tracking} sees: your code is ${code}. Only at your door, never by phone.`;
  }

  private async typeWrong(tracking: string): Promise<void> {
    const code = await this.depot.buyerCode(tracking);
    this.handheld.type(code === undefined ? "000000" : wrongCode(code));
    this.message = "Typed a wrong code. Enter checks it.";
  }

  private async release(tracking: string): Promise<void> {
    const screen = this.handheld.screenText();
    const challenge = shownChallenge(screen);
    if (challenge === undefined) {
      this.message =
        "No lock is shown. On LOCKED, press Enter first: the handheld then shows eight digits to read out.";
      return;
    }
    const isDevice = screen[0]?.includes("DEVICE") === true;
    const answer = await this.depot.releaseAnswer(isDevice ? undefined : tracking, challenge);
    this.handheld.type(answer);
    this.message = `The depot answers by phone: ${answer.slice(0, 4)} ${answer.slice(4)}. It is typed; Enter checks it.`;
  }

  private async replaceCode(tracking: string): Promise<void> {
    await this.depot.replaceCode(tracking);
    this.message = `The buyer of ${tracking} has a new code. The old one is dead as soon as the handheld has synced.`;
  }

  private toggleNetwork(): void {
    this.handheld.setLink(!this.handheld.linkIsUp);
    this.message = this.handheld.linkIsUp
      ? "The network is back; what waits is sent by itself."
      : "No network. Verdicts come all the same; results wait in flash.";
  }

  private async pullBattery(): Promise<void> {
    this.handheld.cutPower();
    this.message = "Battery out ...";
    this.onChange();
    await new Promise((resolve) => setTimeout(resolve, DARK_MS));
    this.handheld.boot();
    this.message = "Battery back in. Nothing is lost, and no try is given back; the clock is an estimate until a sync.";
  }

  private async nextDay(): Promise<void> {
    this.message = "In the dock ...";
    this.onChange();
    this.message = (await this.depot.nextDay()).join("  ");
    this.chosen = undefined;
    this.page = 0;
    await this.refresh();
  }

  private async busy(step: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    try {
      await step();
    } finally {
      this.isBusy = false;
    }
  }
}
