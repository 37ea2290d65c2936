// Runs one case of flash.cases.ts on a flash. Plain enough for the interpreter, where the same file is compiled in.
import type { Flash } from "../../hal/contract/flash.ts";

/** One step of a case; what it gives is compared, bytes as hexadecimal text. */
export interface FlashStep {
  do: "create" | "append" | "read" | "size" | "erase" | "compact" | "tidy" | "note free" | "free";
  name?: string;
  /** Bytes of the file; below 0: so many less than are free. */
  size?: number;
  at?: number;
  length?: number;
  /** Hexadecimal. */
  data?: string;
  /** Fault, size, bytes; for "free": "less", "same" or "more" than noted. */
  gives?: number | string;
}

function fromHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = parseInt(text.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

function toHex(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += (bytes[i]! < 16 ? "0" : "") + bytes[i]!.toString(16);
  return text;
}

function compare(now: number, noted: number): string {
  if (now === noted) return "same";
  return now < noted ? "less" : "more";
}

/**
 * Runs the steps of a case, in order.
 * @returns empty when every step gave what it should, else what the first other one gave
 */
export function runFlashCase(flash: Flash, steps: FlashStep[]): string {
  let noted = 0;
  for (let i = 0; i < steps.length; i++) {
    const step = steps[i]!;
    const name = step.name || "";
    const at = step.at || 0;
    let gave: number | string | undefined = step.gives;
    if (step.do === "create") {
      const size = step.size || 0;
      gave = flash.create(name, size < 0 ? flash.free() + size : size, fromHex(step.data || "00"));
    }
    if (step.do === "append") gave = flash.append(name, at, fromHex(step.data || ""));
    if (step.do === "read") gave = toHex(flash.read(name, at, step.length || 0));
    if (step.do === "size") gave = flash.size(name);
    if (step.do === "erase") flash.erase(name);
    if (step.do === "compact") flash.compact();
    if (step.do === "tidy") gave = flash.tidy("," + name + ",");
    if (step.do === "note free") noted = flash.free();
    if (step.do === "free") gave = compare(flash.free(), noted);
    if (gave !== step.gives) return "step " + i + ", " + step.do + " " + name + ": " + gave;
  }
  return "";
}
