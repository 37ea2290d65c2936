// Battery and external supply.

export interface Power {
  /** Percent, 255 when the board cannot tell. */
  battery(): number;
  /** Whether the dock's supply is present. */
  isDocked(): boolean;
}
