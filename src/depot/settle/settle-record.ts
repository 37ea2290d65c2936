// Settles one journal record, design §3.8: what it changes in the books, and the alarm when it may not. Runs inside the
// sync's transaction, once for each record; the record and its verdict are kept whole and never changed afterwards.
import type { RecordBody } from "../../shared/wire/journal.ts";
import { decodeBody, RecordFlag, RecordType } from "../../shared/wire/journal.ts";
import type { SlotRecord } from "../../shared/wire/sync.ts";
import { dayText, timeText } from "../calendar.ts";
import type { DepotContext } from "../context.ts";
import type { Code, Manifest, Parcel } from "../store/rows.ts";
import type { StoreTransaction } from "../store/store.ts";
import { settleAccepted } from "./accepted.ts";
import type { AlarmKind } from "./alarm.ts";
import { raiseAlarm } from "./alarm.ts";
import { settleHandedOver, settleNotDelivered, settleReversed } from "./handover.ts";
import { settleReleased } from "./released.ts";
import type { SettledAs } from "./verdict.ts";

/** One record on its way into the books. */
export interface Settlement {
  readonly tx: StoreTransaction;
  readonly context: DepotContext;
  readonly manifest: Manifest;
  readonly slot: number;
  readonly body: RecordBody;
  /** What the depot books by, UTC seconds. */
  readonly bookedAt_s: number;
  /** Undefined when the record is about none, or about one this manifest does not carry. */
  readonly parcel: Parcel | undefined;
  readonly code: Code | undefined;
  /** Raises an alarm about this record and says "refused". */
  refuse(kind: AlarmKind, text: string): Promise<SettledAs>;
  /** Raises an alarm about this record; the record is booked all the same. */
  warn(kind: AlarmKind, text: string): Promise<void>;
}

/**
 * Settles and stores a record whose MAC holds.
 * @param entry the record as it came, which is stored, and as it was written, by which it is settled
 * @param late it came in after its manifest or key epoch was closed
 */
export async function settleRecord(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  entry: SlotRecord & { asWritten: Uint8Array },
  late: boolean,
): Promise<void> {
  const body = decodeBody(entry.asWritten);
  const receivedAt_s = context.clock.now_s();
  const isOutsideDay = body.time_s < manifest.validFrom_s || body.time_s >= manifest.validUntil_s;
  const isEstimated = (body.flags & RecordFlag.ClockEstimated) !== 0;
  const clockDoubtful = isEstimated || isOutsideDay;
  const bookedAt_s = clockDoubtful ? receivedAt_s : body.time_s;
  const settlement = await makeSettlement(tx, context, manifest, entry.slot, body, bookedAt_s);
  if (isOutsideDay && !isEstimated) {
    await settlement.warn("clock", `record of ${timeText(body.time_s)} in the manifest of ${dayText(manifest.day)}`);
  }
  const verdict = await settle(settlement);
  await noteTries(settlement);
  await tx.records.add({
    device: manifest.device,
    journalEpoch: manifest.journalEpoch,
    slot: entry.slot,
    bytes: entry.record,
    type: body.type,
    parcel: body.parcel,
    code: body.code,
    time_s: body.time_s,
    receivedAt_s: receivedAt_s,
    bookedAt_s: bookedAt_s,
    verdict: verdict,
    clockDoubtful: clockDoubtful,
    late: late,
  });
}

async function makeSettlement(
  tx: StoreTransaction,
  context: DepotContext,
  manifest: Manifest,
  slot: number,
  body: RecordBody,
  bookedAt_s: number,
): Promise<Settlement> {
  const { device, journalEpoch } = manifest;
  const known = body.code === 0 ? undefined : await tx.codes.find(body.code);
  // A try that was found at a start names its code alone.
  const about = body.parcel === 0 && known !== undefined ? known.parcel : body.parcel;
  const carried = about === 0 ? [] : await tx.manifests.entries(device, journalEpoch, about);
  const isCodeCarried = carried.some((row) => row.code === body.code);
  const warn = async (kind: AlarmKind, text: string): Promise<void> => {
    const subject = { device: device, journalEpoch: journalEpoch, slot: slot, parcel: body.parcel, code: body.code };
    await raiseAlarm(tx, context.clock.now_s(), kind, subject, `handheld ${device}, slot ${slot}: ${text}`);
  };
  return {
    tx: tx,
    context: context,
    manifest: manifest,
    slot: slot,
    body: body,
    bookedAt_s: bookedAt_s,
    parcel: body.parcel === 0 || carried.length === 0 ? undefined : await tx.parcels.find(body.parcel),
    code: isCodeCarried ? known : undefined,
    warn: warn,
    async refuse(kind, text) {
      await warn(kind, text);
      return "refused";
    },
  };
}

/** Names of the parts of a record that this manifest does not carry, as an alarm; undefined when all is known. */
async function refuseUnknown(settlement: Settlement): Promise<SettledAs | undefined> {
  const { body, parcel, code } = settlement;
  if (body.parcel !== 0 && parcel === undefined) {
    return settlement.refuse("unknown parcel", `parcel ${body.parcel} is not in its manifest`);
  }
  if (body.code !== 0 && code === undefined) {
    return settlement.refuse("unknown code", `code ${body.code} is not in its manifest nor in its updates`);
  }
  return undefined;
}

async function settle(settlement: Settlement): Promise<SettledAs> {
  const unknown = await refuseUnknown(settlement);
  if (unknown !== undefined) return unknown;
  switch (settlement.body.type) {
    case RecordType.Accepted:
      return settleAccepted(settlement);
    case RecordType.HandedOver:
      return settleHandedOver(settlement);
    case RecordType.NotDelivered:
      return settleNotDelivered(settlement);
    case RecordType.Reversed:
      return settleReversed(settlement);
    case RecordType.Released:
      return settleReleased(settlement);
    case RecordType.Wrong:
    case RecordType.TryFound:
    case RecordType.WrongAnswer:
    case RecordType.Fault:
      return "noted";
    default:
      return settlement.refuse("unknown record", "a record of a type this depot does not know");
  }
}

/** The tries a code has had: the next manifest that carries it starts from there. */
async function noteTries(settlement: Settlement): Promise<void> {
  const { tx, body, code } = settlement;
  if (code !== undefined && body.tries > code.triesKnown) {
    await tx.codes.update(code.id, { triesKnown: body.tries });
  }
}
