// The keypad: 16 keys, as of a 4 × 4 matrix.

/** Keys by number; 0…9 are the digits themselves. */
export const enum Key {
  Enter = 10,
  Back = 11,
  Up = 12,
  Down = 13,
  /** Key in a parcel by hand, or another choice the screen names. */
  Menu = 14,
  /** Why the parcel is not delivered. */
  Reason = 15,
}

/** Reports debounced presses. */
export interface Keypad {
  /** Calls `pressed` once for each press, with 0…15. One listener; a later call replaces it. */
  onKey(pressed: (key: number) => void): void;
}
