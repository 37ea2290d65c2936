// Names of the handheld's files, SPEC.md §11. A day's five files share the letter of their manifest slot.

/** The two manifest slots: one active, one free for the next load. */
export type SlotLetter = "a" | "b";

export const KEY_FILE_NAME = "key";
/** What is remembered of manifests that maintenance retired. */
export const PAST_FILE_NAME = "past";

/** The device's own settings. */
export const SETTINGS_FILE_NAME = "set";
/** Written, read back and erased by the self-test. */
export const SCRATCH_FILE_NAME = "test";

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
 * Every file that a handheld may have, each name between commas: the app's, and the technician's loader, bundles and bench
 * settings. What else a torn header calls itself is cleared away at the dock.
 */
export const KNOWN_FILES =
  ",key,past,set,test,man.a,man.b,led.a,led.b,jrn.a,jrn.b,upd.a,upd.b,idx.a,idx.b,.boot0,boot,parola.a,parola.b,bench.port,bench.serial,";

export function otherSlot(slot: SlotLetter): SlotLetter {
  return slot === "a" ? "b" : "a";
}
