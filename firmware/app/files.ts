// Names of the handheld's files, SPEC.md §11. A day's five files share the letter of their manifest slot.

/** The two manifest slots: one active, one free for the next load. */
export type SlotLetter = "a" | "b";

export const KEY_FILE_NAME = "key";
/** What is remembered of manifests that maintenance retired. */
export const PAST_FILE_NAME = "past";

/** The files of one slot. */
export interface DayFiles {
  manifest: string;
  ledger: string;
  journal: string;
  updates: string;
  index: string;
}

export function dayFiles(slot: SlotLetter): DayFiles {
  return {
    manifest: "man." + slot,
    ledger: "led." + slot,
    journal: "jrn." + slot,
    updates: "upd." + slot,
    index: "idx." + slot,
  };
}

export function otherSlot(slot: SlotLetter): SlotLetter {
  return slot === "a" ? "b" : "a";
}
