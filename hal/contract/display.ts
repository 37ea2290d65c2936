// A monochrome display of 128 × 64 pixels or more, drawn off screen and shown by a flip.

/** Text sizes: height in pixels of a line, and columns on 128 pixels. */
export const enum TextSize {
  /** 6 × 8: 21 columns. */
  Small = 1,
  /** 12 × 16: 10 columns. */
  Large = 2,
  /** 18 × 24: 7 columns. */
  Huge = 3,
}

/** Draws text (ISO 8859-1) and bars; nothing is visible until {@link flip}. */
export interface Display {
  readonly width: number;
  readonly height: number;
  clear(): void;
  /** Text with its upper left corner at x, y; inverted: dark on a lit bar as wide as the text. */
  text(x: number, y: number, size: TextSize, text: string, inverted: boolean): void;
  /** A lit bar from x1, y1 to x2, y2, both included. */
  bar(x1: number, y1: number, x2: number, y2: number): void;
  flip(): void;
}
