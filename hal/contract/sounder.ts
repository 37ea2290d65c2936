// Beeper and status light together: every tone has its light, and no tone stands without a text on screen.

/** What the courier hears and sees; conventions of the trade, DESIGN.md §4. */
export const enum Tone {
  Silent = 0,
  /** A key or a scan was taken: a tick. */
  Tick = 1,
  /** One short beep, green. */
  Good = 2,
  /** Two low tones, red. */
  Bad = 3,
  /** One long tone, red. */
  Locked = 4,
  /** Two short beeps, amber. */
  Attention = 5,
}

export interface Sounder {
  play(tone: Tone): void;
}
