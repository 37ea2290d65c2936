// Entry of digits, shared by code, release answer and label: what was typed, correctable, never kept afterwards.
import { Key } from "../../../hal/contract/keypad.ts";

/** What a key did to the entry. */
export const enum EntryEvent {
  None = 0,
  Changed = 1,
  /** OK was pressed. */
  Confirmed = 2,
  /** Back was pressed on an empty entry. */
  Left = 3,
}

/** Digits being typed. */
export interface DigitsEntry {
  digits: string;
  /** Takes a key; digits beyond `length` are ignored. */
  press(key: number): EntryEvent;
}

/** An empty entry for up to `length` digits. */
export function digitsEntry(length: number): DigitsEntry {
  const entry: DigitsEntry = {
    digits: "",
    press: (key) => {
      if (key <= 9) {
        if (entry.digits.length >= length) return EntryEvent.None;
        entry.digits += key;
        return EntryEvent.Changed;
      }
      if (key === Key.Back) {
        if (entry.digits === "") return EntryEvent.Left;
        entry.digits = entry.digits.slice(0, -1);
        return EntryEvent.Changed;
      }
      return key === Key.Enter ? EntryEvent.Confirmed : EntryEvent.None;
    },
  };
  return entry;
}

/** Digits with an underscore for each that is missing. */
export function withBlanks(digits: string, length: number): string {
  let text = digits;
  while (text.length < length) text += "_";
  return text;
}
