// Ways to spoil a valid example: turned bits, lies in number fields, cuts, splices, repeats, erased and zeroed stretches.
import type { Field } from "../../../src/shared/wire/field.ts";
import type { Dice } from "./dice.ts";

/** What spoiling may draw on. */
export interface Spoils {
  /** Number fields of the example, where lies hurt most. */
  fields?: readonly Field[];
  /** Other valid examples to splice from. */
  others?: readonly Uint8Array[];
  /** Whether the length may change. */
  stretch: boolean;
}

/** Writes a number of 1 to 4 bytes, little-endian. */
export function writeNumber(bytes: Uint8Array, offset: number, length: number, value: number): void {
  for (let i = 0; i < length && offset + i < bytes.length; i++) bytes[offset + i] = Math.floor(value / 2 ** (8 * i));
}

/** One to four bytes somewhere become a number at the edge of its range. */
function lie(dice: Dice, bytes: Uint8Array, fields: readonly Field[] | undefined): void {
  if (fields !== undefined && !dice.oneIn(4)) {
    const [, offset, length] = dice.pick(fields);
    if (length <= 4) writeNumber(bytes, offset, length, dice.odd(2 ** (8 * length) - 1));
    else bytes.set(dice.bytes(length).subarray(0, Math.max(0, bytes.length - offset)), Math.min(offset, bytes.length));
    return;
  }
  const length = dice.pick([1, 2, 4]);
  writeNumber(bytes, dice.below(bytes.length), length, dice.odd(2 ** (8 * length) - 1));
}

function copyWithin(dice: Dice, bytes: Uint8Array, from: Uint8Array): void {
  const length = 1 + dice.below(Math.min(64, bytes.length, from.length));
  const start = dice.below(from.length - length + 1);
  // Mostly at the same place: a field of one message in another.
  const to = dice.oneIn(3) ? dice.below(bytes.length - length + 1) : Math.min(start, bytes.length - length);
  bytes.set(from.slice(start, start + length), to);
}

function inPlace(dice: Dice, bytes: Uint8Array, spoils: Spoils): void {
  switch (dice.below(5)) {
    case 0: {
      const bit = dice.below(bytes.length * 8);
      bytes[bit >> 3]! ^= 1 << (bit & 7);
      return;
    }
    case 1:
      return lie(dice, bytes, spoils.fields);
    case 2: {
      const start = dice.below(bytes.length);
      bytes.fill(dice.pick([0xff, 0, 0x55]), start, start + 1 + dice.below(24));
      return;
    }
    case 3:
      return copyWithin(dice, bytes, bytes);
    default: {
      const from = dice.pick(spoils.others ?? [bytes]);
      if (from.length > 0) copyWithin(dice, bytes, from);
    }
  }
}

function stretched(dice: Dice, bytes: Uint8Array): Uint8Array {
  const at = dice.below(bytes.length + 1);
  switch (dice.below(4)) {
    case 0:
      return bytes.slice(0, at);
    case 1: {
      const length = dice.below(Math.min(64, bytes.length - at) + 1);
      return joined(bytes.subarray(0, at), bytes.subarray(at + length));
    }
    case 2:
      return joined(bytes.subarray(0, at), dice.bytes(1 + dice.below(12)), bytes.subarray(at));
    default:
      return joined(bytes.subarray(0, at), bytes.subarray(Math.max(0, at - dice.below(40))));
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

/** A spoiled copy: `steps` changes, one after the other. */
export function spoil(dice: Dice, example: Uint8Array, steps: number, spoils: Spoils): Uint8Array {
  let bytes: Uint8Array = example.slice();
  for (let i = 0; i < steps; i++) {
    if (spoils.stretch && dice.oneIn(4)) bytes = stretched(dice, bytes);
    else if (bytes.length > 0) inPlace(dice, bytes, spoils);
  }
  return bytes;
}

/** Bytes as hex, for a report; long ones are cut. */
export function hexOf(bytes: Uint8Array, most = 400): string {
  const hex = Buffer.from(bytes.subarray(0, most)).toString("hex");
  return bytes.length > most ? `${hex}… (${bytes.length} bytes)` : hex;
}
