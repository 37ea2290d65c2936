// Settles an acceptance: the exact check of 128 further bits that the handheld could not make (design §3.1). Booked
// once; an exact proof is never dropped, even under a code that was replaced meanwhile.
import { proofMatches } from "../../shared/crypto/code-digest.ts";
import { dayText } from "../calendar.ts";
import { voidCode } from "../codes/replace-code.ts";
import type { Code, Parcel } from "../store/rows.ts";
import { RecordType } from "../../shared/wire/journal.ts";
import type { Settlement } from "./settle-record.ts";
import type { SettledAs } from "./verdict.ts";

/** Books an acceptance, or raises the alarm that says why not. */
export async function settleAccepted(settlement: Settlement): Promise<SettledAs> {
  const { context, body, code, parcel } = settlement;
  if (parcel === undefined || code === undefined) {
    return settlement.refuse("unknown code", "an acceptance that names no code of its manifest");
  }
  if (await wasJudged(settlement, parcel, code)) {
    return settlement.refuse("proof mismatch", `parcel ${parcel.tracking}: a second proof after one that was wrong`);
  }
  const digits = context.vault.open(code.box, code.id, code.parcel);
  if (!proofMatches(context.hash, code.salt, digits, body.proof)) {
    return settlement.refuse("proof mismatch", `parcel ${parcel.tracking} was accepted without its code`);
  }
  if (parcel.acceptedAt_s !== undefined) {
    return settlement.refuse("second acceptance", `parcel ${parcel.tracking} had been accepted already`);
  }
  return book(settlement, parcel, code);
}

/**
 * Whether this journal already brought a wrong proof for the code. The comparison is made once: whoever holds a device
 * key and the few hundred candidates of a tag must not be told, by trying them all, which one is the code.
 */
async function wasJudged({ tx, manifest }: Settlement, parcel: Parcel, code: Code): Promise<boolean> {
  const records = await tx.records.ofParcel(parcel.id);
  const here = records.filter((one) => one.device === manifest.device && one.journalEpoch === manifest.journalEpoch);
  return here.some((one) => one.type === RecordType.Accepted && one.code === code.id && one.verdict === "refused");
}

async function book(settlement: Settlement, parcel: Parcel, code: Code): Promise<SettledAs> {
  const { tx, manifest, bookedAt_s } = settlement;
  const wasReplaced = code.state === "void";
  if (code.day !== manifest.day) {
    const days = `${dayText(code.day)}, accepted in the manifest of ${dayText(manifest.day)}`;
    await settlement.warn("other day", `parcel ${parcel.tracking}: its code is for ${days}`);
  }
  if (wasReplaced) await voidSuccessors(settlement, code);
  await tx.codes.update(code.id, { state: "spent", endedAt_s: bookedAt_s });
  const status = parcel.status === "delivered" ? "delivered" : "accepted";
  await tx.parcels.update(parcel.id, { status: status, acceptedAt_s: bookedAt_s });
  await withdrawLaterDays(settlement, parcel);
  return wasReplaced ? "booked superseded" : "booked";
}

/** Whatever took the accepted code's place must not open the door a second time. */
async function voidSuccessors(settlement: Settlement, code: Code): Promise<void> {
  const { tx, context } = settlement;
  for (const other of await tx.codes.ofParcel(code.parcel)) {
    if (other.id !== code.id && other.state === "live") await voidCode(tx, context, other);
  }
}

/**
 * A result of this day that came in after the parcel was moved on, or after a newer round brought its number again: the
 * parcel is back on this day.
 */
export async function withdrawLaterDays(settlement: Settlement, parcel: Parcel): Promise<void> {
  const { tx, manifest } = settlement;
  if (parcel.day < manifest.day) return;
  for (const plan of await tx.parcels.plans(parcel.id)) {
    if (plan.day > manifest.day && plan.outcome === "current") {
      await tx.parcels.updatePlan({ ...plan, outcome: "withdrawn", statusThen: parcel.status });
    }
    if (plan.day === manifest.day) await tx.parcels.updatePlan({ ...plan, outcome: "current", statusThen: undefined });
  }
  await tx.parcels.update(parcel.id, { day: manifest.day });
}
