// The kinds of alarm the depot raises, and the one place that raises them. An alarm's text never holds digits.
import type { Alarm } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";

/** What a person must look into; each word is stable, reports and tests name it. */
export type AlarmKind =
  | "cloned device"
  | "journal tampered"
  | "journal rolled back"
  | "worn flash"
  | "unknown journal"
  | "unknown update"
  | "updates full"
  | "second acceptance"
  | "proof mismatch"
  | "unknown code"
  | "unknown parcel"
  | "unknown record"
  | "handed over without acceptance"
  | "second handover"
  | "reversal without handover"
  | "release never issued"
  | "other day"
  | "clock";

/** What an alarm is about; leave out what does not apply. */
export interface AlarmSubject {
  device?: number;
  journalEpoch?: number;
  slot?: number;
  parcel?: number;
  code?: number;
}

/**
 * Raises an alarm, once: the same kind about the same subject is not written again, so a handheld that retries does
 * not fill the list.
 */
export async function raiseAlarm(
  tx: StoreTransaction,
  now_s: number,
  kind: AlarmKind,
  subject: AlarmSubject,
  text: string,
): Promise<void> {
  const alarm: Omit<Alarm, "id"> = {
    kind: kind,
    raisedAt_s: now_s,
    device: subject.device,
    journalEpoch: subject.journalEpoch,
    slot: subject.slot,
    parcel: subject.parcel,
    code: subject.code,
    text: text,
  };
  if (!(await tx.alarms.exists(alarm))) await tx.alarms.add({ ...alarm, id: await tx.nextId("alarm") });
}
