// Power cuts of the forecast: each of its writes may be the one in which the power fails.

/** The n-th write from now on comes out like this, and nothing follows. */
export interface Fuse {
  write: number;
  leaves: "absent" | "torn" | "whole";
}

/** Thrown by that write. */
export class ModelCut extends Error {}

/** Something that writes step by step. */
export class Fused {
  fuse: Fuse | undefined;

  /** One write: whole, or what the fuse says. */
  protected write(whole: () => void, torn: () => void = () => undefined): void {
    if (this.fuse === undefined || --this.fuse.write > 0) {
      whole();
      return;
    }
    const { leaves } = this.fuse;
    this.fuse = undefined;
    if (leaves === "whole") whole();
    if (leaves === "torn") torn();
    throw new ModelCut(leaves);
  }
}
