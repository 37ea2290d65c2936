// Simulated display: collects drawing steps and hands them to the host at each flip. How they look is the host's affair.
import type { Display, TextSize } from "../contract/display.ts";
import type { DrawStep, SimHost } from "./host.ts";

export class SimDisplay implements Display {
  readonly width: number;
  readonly height: number;
  private host_: Pick<SimHost, "flip">;
  private steps_: DrawStep[];

  constructor(host: Pick<SimHost, "flip">) {
    this.width = 128;
    this.height = 64;
    this.host_ = host;
    this.steps_ = [];
  }

  clear(): void {
    this.steps_ = [];
  }

  text(x: number, y: number, size: TextSize, text: string, inverted: boolean): void {
    this.steps_.push({ kind: "text", x: x, y: y, size: size, text: text, inverted: inverted, x2: 0, y2: 0 });
  }

  bar(x1: number, y1: number, x2: number, y2: number): void {
    this.steps_.push({ kind: "bar", x: x1, y: y1, size: 0, text: "", inverted: false, x2: x2, y2: y2 });
  }

  flip(): void {
    this.host_.flip(this.steps_);
  }
}
