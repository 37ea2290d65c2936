// The chip's random source, `E.hwRand()`: 32 bits a call.
import type { Entropy } from "../contract/entropy.ts";
import { writeU32, zeros } from "../../src/shared/wire/bytes.ts";

export class HardwareEntropy implements Entropy {
  random(length: number): Uint8Array {
    const bytes = zeros((length + 3) & ~3);
    for (let i = 0; i < bytes.length; i += 4) writeU32(bytes, i, E.hwRand());
    return bytes.length === length ? bytes : new Uint8Array(bytes.subarray(0, length));
  }
}
