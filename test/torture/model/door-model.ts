// The forecast's door and journal: what may be tried, what comes of it, and what is recorded, by DESIGN.md §3.2–3.4
// and SPEC.md §5, §7, §8 alone. Each step writes in the order that is promised: what a cut may leave follows from that.
import { LedgerModel } from "./ledger-model.ts";
import type { Code, Manifest, Now, Policy, Verdict, What } from "./model-types.ts";

/** Below so many free slots no try is taken. */
const FREE_SLOTS = 16;

export class DoorModel extends LedgerModel {
  active: Manifest | undefined;
  /** Slots used, slots known to be acknowledged, updates stored. */
  end = 0;
  acknowledged = 0;
  stored = 0;
  now: Now = "today";
  /** Of the step under way: digits or an answer were compared; all is written that the screen then confirms. */
  hasLooked = false;
  isDone = false;
  private readonly policy: Policy;

  constructor(policy: Policy) {
    super();
    this.policy = policy;
  }

  /** The active manifest. */
  get day(): Manifest {
    if (this.active === undefined) throw new Error("no manifest is active");
    return this.active;
  }

  protected record(what: What, parcel: number, code: number, number = 0, isExact = false): Verdict {
    const tries = what === "accepted" || what === "wrong" || what === "try found" ? this.tries(code) : 0;
    const told = { tries, triesInAll: this.triesInAll(), acknowledged: this.acknowledged, slot: -1, verdict: "" };
    this.write(() => void this.day.journal.push({ what, parcel, code, number, isExact, ...told }));
    this.end++;
    return "noted";
  }

  private known(code: number): { tries: number; releases: number } {
    const carried = [...this.day.listed.map((one) => one.code), ...this.day.updates.map((one) => one.fresh)];
    return carried.find((one) => one?.id === code) ?? { tries: 0, releases: 0 };
  }

  tries(code: number): number {
    return this.spent(code).tries + Math.max(this.spent(code).carried, this.known(code).tries);
  }

  releases(code: number): number {
    return this.known(code).releases + this.spent(code).releases;
  }

  left(code: number): number {
    return this.policy.tries * (1 + this.releases(code)) - this.tries(code);
  }

  private isAccepted(code: Code): boolean {
    return code.state === "spent" || this.spent(code.id).accepted;
  }

  /** The code that counts; one that was accepted stands, whatever came later. */
  current(parcel: number): Code | undefined {
    let code = this.day.listed.find((one) => one.parcel === parcel)?.code;
    for (const update of this.day.updates.slice(0, this.stored)) {
      if (code === undefined || update.code !== code.id || this.isAccepted(code)) continue;
      if (update.kind === "void") code = { ...code, state: "void" };
      if (update.kind === "replace") code = update.fresh;
    }
    return code;
  }

  /** Place in the journal of a parcel's newest handover, −1 for none. */
  handover(parcel: number): number {
    return this.day.journal.findLastIndex((one) => one.what === "handed over" && one.parcel === parcel);
  }

  isOut(parcel: number): boolean {
    const place = this.handover(parcel);
    return place >= 0 && !this.day.journal.some((one) => one.what === "reversed" && one.number === place);
  }

  isDeviceLocked(): boolean {
    return this.failures() >= this.policy.deviceTries * (1 + this.spent(0).releases);
  }

  judge(parcel: number): Verdict {
    const listed = this.day.listed.find((one) => one.parcel === parcel);
    if (listed === undefined) return "not on round";
    if (listed.isOut || this.isOut(parcel)) return "already handed over";
    const code = this.current(parcel);
    if (code !== undefined && this.isAccepted(code)) return "already accepted";
    if (this.now !== "today") return this.now;
    if (code === undefined) return "no code needed";
    if (code.state === "void") return "code replaced";
    if (code.day !== this.day.day) return "not today";
    if (this.left(code.id) <= 0) return "locked";
    if (this.isDeviceLocked()) return "device locked";
    return this.day.slots - this.end < FREE_SLOTS ? "memory nearly full" : "ask";
  }

  /** Count, look, record, mark: in this order. */
  tryCode(parcel: number, opens: boolean, isExact: boolean): Verdict {
    const before = this.judge(parcel);
    const code = this.current(parcel)?.id;
    if (before !== "ask" || code === undefined) return before;
    this.cell(code, "try");
    this.hasLooked = true;
    this.record(opens ? "accepted" : "wrong", parcel, code, 0, isExact);
    if (opens) this.cell(code, "success");
    const after = this.judge(parcel);
    return opens ? "accepted" : after === "locked" || after === "device locked" ? after : "wrong";
  }

  handOver(parcel: number): Verdict {
    const judged = this.judge(parcel);
    if (judged !== "already accepted" && judged !== "no code needed") return judged;
    return this.record("handed over", parcel, 0);
  }

  notDelivered(parcel: number, reason: number): Verdict {
    return this.record("not delivered", parcel, 0, reason);
  }

  takeBack(parcel: number): Verdict {
    const place = this.handover(parcel);
    if (place < 0) return "handed over earlier";
    return this.record("reversed", parcel, 0, place);
  }

  /** Whether no answer is taken any more; code 0 is the device. */
  isExhausted(code: number): boolean {
    return this.releases(code) >= this.policy.releases || this.spent(code).wrongAnswers >= this.policy.wrongAnswers;
  }

  /** An answer over the phone: counted as wrong, looked at, recorded; the right one then opens the lock. */
  answer(parcel: number, code: number, isRight: boolean): Verdict {
    const index = this.releases(code);
    if (this.isExhausted(code)) return "no more answers";
    this.cell(code, "wrong answer");
    this.hasLooked = true;
    this.record(isRight ? "released" : "wrong answer", code === 0 ? 0 : parcel, code, index);
    if (isRight) this.cell(code, "release");
    return isRight ? this.judge(parcel) : this.isExhausted(code) ? "no more answers" : "wrong answer";
  }
}
