// The simulator's own small books: what the depot must say of each parcel, and which alarms it must raise, once it has
// taken certain records in a certain order. Kept apart from the depot's code: plain maps, no store, no transactions.
import { type RecordBody, RecordFlag, RecordType } from "../../../src/shared/wire/journal.ts";

/** A journal as both sides know it. */
export interface JournalFacts {
  device: number;
  journalEpoch: number;
  day: number;
  validFrom_s: number;
  validUntil_s: number;
}

type Status = "open" | "attempted" | "accepted" | "delivered";

interface ModelParcel {
  needsCode: boolean;
  status: Status;
  isAccepted: boolean;
  reason: number;
  day: number;
  /** Every day it was ever due on. */
  plans: Map<number, "current" | "moved" | "withdrawn">;
}

/** Parcels by their depot ids. */
export class BooksModel {
  /** Each as `kind device/epoch/slot`. */
  readonly alarms: string[] = [];
  private readonly parcels = new Map<number, ModelParcel>();
  /** Handovers that count, as journal and slot. */
  private readonly booked = new Set<string>();
  /** Codes of a journal under which an acceptance was refused. */
  private readonly judged = new Set<string>();

  add(parcel: number, needsCode: boolean, day: number): void {
    const plans = new Map([[day, "current" as const]]);
    this.parcels.set(parcel, { needsCode, status: "open", isAccepted: false, reason: 0, day, plans });
  }

  /** Whether a new code makes sense: neither accepted nor delivered. */
  isOpen(parcel: number): boolean {
    const { isAccepted, status } = this.of(parcel);
    return !isAccepted && status !== "delivered";
  }

  dayOf(parcel: number): number {
    return this.of(parcel).day;
  }

  move(parcel: number, day: number): void {
    const known = this.of(parcel);
    known.plans.set(known.day, "moved");
    known.plans.set(day, "current");
    known.day = day;
    known.status = "open";
    known.reason = 0;
  }

  closeDay(day: number, next: number): void {
    for (const [id, parcel] of this.parcels)
      if (parcel.plans.get(day) === "current" && this.isOpen(id)) this.move(id, next);
  }

  /** What a day's report must show: parcel id to status and reason. */
  ofDay(day: number): Map<number, string> {
    const lines = new Map<number, string>();
    for (const [id, { plans, status, reason }] of this.parcels) {
      const plan = plans.get(day);
      if (plan !== undefined) lines.set(id, plan === "current" ? `${status} ${reason}` : `${plan} 0`);
    }
    return lines;
  }

  /**
   * Takes one record.
   * @param isExact an acceptance was made with the very digits of its code
   */
  settle(journal: JournalFacts, slot: number, body: RecordBody, isExact: boolean): void {
    const at = `${journal.device}/${journal.journalEpoch}`;
    const alarm = (kind: string): void => void this.alarms.push(`${kind} ${at}/${slot}`);
    const isEstimated = (body.flags & RecordFlag.ClockEstimated) !== 0;
    const isOutside = body.time_s < journal.validFrom_s || body.time_s >= journal.validUntil_s;
    if (isOutside && !isEstimated) alarm("clock");
    if (body.type === RecordType.Accepted) this.accepted(journal, body, isExact, alarm);
    if (body.type === RecordType.HandedOver) this.handedOver(journal, slot, body, alarm);
    if (body.type === RecordType.NotDelivered) this.notDelivered(journal, body);
    if (body.type === RecordType.Reversed) this.reversed(`${at}/${body.detail}`, body);
  }

  private accepted(journal: JournalFacts, body: RecordBody, isExact: boolean, alarm: (kind: string) => void): void {
    const parcel = this.of(body.parcel);
    const code = `${journal.device}/${journal.journalEpoch}/${body.code}`;
    const isMismatch = !isExact || this.judged.has(code);
    if (isMismatch || parcel.isAccepted) {
      alarm(isMismatch ? "proof mismatch" : "second acceptance");
      this.judged.add(code);
      return;
    }
    parcel.isAccepted = true;
    if (parcel.status !== "delivered") parcel.status = "accepted";
    backTo(parcel, journal.day);
  }

  private handedOver(journal: JournalFacts, slot: number, body: RecordBody, alarm: (kind: string) => void): void {
    const parcel = this.of(body.parcel);
    if (parcel.status === "delivered") return alarm("second handover");
    if (parcel.needsCode && !parcel.isAccepted) return alarm("handed over without acceptance");
    parcel.status = "delivered";
    parcel.reason = 0;
    this.booked.add(`${journal.device}/${journal.journalEpoch}/${slot}`);
    backTo(parcel, journal.day);
  }

  private notDelivered(journal: JournalFacts, body: RecordBody): void {
    const parcel = this.of(body.parcel);
    if (parcel.status === "delivered" || parcel.day > journal.day) return;
    parcel.status = parcel.isAccepted ? "accepted" : "attempted";
    parcel.reason = body.reason;
  }

  private reversed(handover: string, body: RecordBody): void {
    const parcel = this.of(body.parcel);
    if (!this.booked.has(handover) || parcel.status !== "delivered") return;
    parcel.status = parcel.isAccepted ? "accepted" : "open";
  }

  private of(parcel: number): ModelParcel {
    const known = this.parcels.get(parcel);
    if (known === undefined) throw new Error(`parcel ${parcel} is none of this run's`);
    return known;
  }
}

/** A result of an earlier day came in after the parcel was moved on: it is back on that day. */
function backTo(parcel: ModelParcel, day: number): void {
  if (parcel.day <= day) return;
  for (const [other, outcome] of parcel.plans) {
    if (other > day && outcome === "current") parcel.plans.set(other, "withdrawn");
  }
  if (parcel.plans.has(day)) parcel.plans.set(day, "current");
  parcel.day = day;
}
