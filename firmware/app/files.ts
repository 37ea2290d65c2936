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

/**
 * Whether a name is one of a handheld's files. What else a torn header calls itself is cleared away at the dock; loader,
 * bundles and a bench's settings are the technician's, and begin with these words.
 */
export function isKnownFile(name: string): boolean {
  if (name === KEY_FILE_NAME || name === PAST_FILE_NAME) return true;
  if (name.indexOf(".boot") === 0 || name.indexOf("parola.") === 0 || name.indexOf("bench.") === 0) return true;
  const letter = name.slice(4);
  return "man.led.jrn.upd.idx.".indexOf(name.slice(0, 4)) % 4 === 0 && (letter === "a" || letter === "b");
}

export function otherSlot(slot: SlotLetter): SlotLetter {
  return slot === "a" ? "b" : "a";
}
