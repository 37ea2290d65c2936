// A display drawn into one of the interpreter's Graphics buffers; `flip` hands the buffer on (to a bus, or nowhere).
import type { Display, TextSize } from "../contract/display.ts";

export class GraphicsDisplay implements Display {
  readonly width: number;
  readonly height: number;
  private graphics_: Graphics;
  private flip_: () => void;

  /** @param flip called when a picture is complete */
  constructor(graphics: Graphics, flip: () => void) {
    this.graphics_ = graphics;
    this.width = graphics.getWidth();
    this.height = graphics.getHeight();
    this.flip_ = flip;
  }

  clear(): void {
    this.graphics_.clear();
  }

  text(x: number, y: number, size: TextSize, text: string, inverted: boolean): void {
    const graphics = this.graphics_;
    graphics.setFont("6x8", size);
    if (inverted) graphics.setColor(0).setBgColor(1);
    graphics.drawString(text, x, y, inverted);
    if (inverted) graphics.setColor(1).setBgColor(0);
  }

  bar(x1: number, y1: number, x2: number, y2: number): void {
    this.graphics_.fillRect(x1, y1, x2, y2);
  }

  flip(): void {
    this.flip_();
  }
}
