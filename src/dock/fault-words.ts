// English words for every fault number, as loading and bench show them; FAULTS.md says what to do about each.
import { FaultNumber } from "../shared/faults.ts";

const WORDS: Readonly<Record<number, string>> = {
  [FaultNumber.FlashFull]: "the flash is full",
  [FaultNumber.FlashWriteLost]: "a write did not reach the flash",
  [FaultNumber.FlashWriteTorn]: "the flash reads back other bytes than were written",
  [FaultNumber.FlashFileMissing]: "a file is missing from the flash",
  [FaultNumber.ManifestNotOne]: "this is not a manifest",
  [FaultNumber.ManifestNewerFormat]: "the manifest's format is newer than the handheld's firmware",
  [FaultNumber.ManifestOtherDevice]: "the manifest belongs to another handheld",
  [FaultNumber.ManifestOtherKeyEpoch]: "the manifest was sealed for another key of this handheld",
  [FaultNumber.ManifestAltered]: "the manifest was altered",
  [FaultNumber.ManifestTruncated]: "the manifest is incomplete",
  [FaultNumber.ManifestOlder]: "the manifest is older than the one on the handheld",
  [FaultNumber.ManifestEqualOtherBytes]: "the manifest has the number of the one on the handheld, but other contents",
  [FaultNumber.ManifestExpired]: "the manifest's day is over",
  [FaultNumber.ManifestNotYetValid]: "the manifest's day has not begun",
  [FaultNumber.ManifestTooLarge]: "the round is too large for this handheld",
  [FaultNumber.ManifestNone]: "no manifest is loaded",
  [FaultNumber.ManifestAlreadyLoaded]: "this manifest is already loaded",
  [FaultNumber.ManifestLost]: "the manifest cannot be read any more; results are kept and sent",
  [FaultNumber.LedgerHeader]: "the record of tries is damaged",
  [FaultNumber.LedgerFull]: "the record of tries is full",
  [FaultNumber.JournalHeader]: "the journal is damaged",
  [FaultNumber.JournalFull]: "the journal is full",
  [FaultNumber.SyncUnreachable]: "the depot could not be reached",
  [FaultNumber.SyncRefused]: "the depot refused the sync",
  [FaultNumber.SyncGarbage]: "the depot's reply makes no sense",
  [FaultNumber.SyncVersion]: "the depot's reply has another format version",
  [FaultNumber.SyncMac]: "the depot's reply is not signed with this handheld's key",
  [FaultNumber.SyncStale]: "the depot's reply answers an older request",
  [FaultNumber.SyncAcknowledgement]: "the depot acknowledged records that were never sent",
  [FaultNumber.SyncUpdateOrder]: "the depot's updates came out of order",
  [FaultNumber.SyncUpdateDamaged]: "an update from the depot is damaged",
  [FaultNumber.SyncUpdatesFull]: "there is no room for more updates from the depot",
  [FaultNumber.SyncConflict]: "the depot holds different records of this handheld; an alarm was raised",
  [FaultNumber.SyncUnknownJournal]: "the depot does not know the manifest on this handheld",
  [FaultNumber.SyncClosed]: "the depot has closed this day",
  [FaultNumber.ClockUnset]: "the clock is not set",
  [FaultNumber.ClockOutOfRange]: "the depot's time lies outside the manifest's validity",
  [FaultNumber.DockBadFrame]: "the handheld received a damaged frame",
  [FaultNumber.DockUnknownCommand]: "the handheld does not know this command",
  [FaultNumber.DockNoLoad]: "no load was begun",
  [FaultNumber.DockUnsent]: "results on the handheld have not been taken by the depot yet",
  [FaultNumber.DockNeedsMaintenance]: "free flash does not suffice before maintenance has been run",
  [FaultNumber.DockNoPower]: "the handheld is not on dock power, or its battery is too low",
  [FaultNumber.DockNoSession]: "no session is open with the handheld, or it has ended it",
  [FaultNumber.DockProof]: "the proof of the key does not hold",
  [FaultNumber.DockWait]: "after several wrong proofs the handheld looks at none for a while",
  [FaultNumber.DockTechnicianOnly]: "only a technician may do this",
  [FaultNumber.DockVersion]: "the handheld speaks another version of the service protocol",
  [FaultNumber.KeyMissing]: "the handheld has no key",
  [FaultNumber.KeyDamaged]: "the handheld's key file is damaged",
  [FaultNumber.KeyRefused]: "the handheld refused the key",
};

/**
 * A fault in words with its number, for example "the manifest's day is over (F209)".
 * @param fault a number of src/shared/faults.ts; an unknown one is named as such
 */
export function faultWords(fault: number): string {
  if (fault === FaultNumber.None) return "no fault";
  return `${WORDS[fault] ?? "a fault this program does not know"} (F${fault})`;
}
