// Little-endian fields inside byte arrays; SPEC.md §1. Runs unchanged on the handheld: no DataView, whose
// reads beyond the end do not throw there.

/** A new array of zeros. */
export function zeros(length: number): Uint8Array {
  return new Uint8Array(length);
}

/** Unsigned 16-bit field at `offset`. */
export function readU16(bytes: Uint8Array, offset: number): number {
  return bytes[offset] | (bytes[offset + 1] << 8);
}

/** Unsigned 32-bit field at `offset`. */
export function readU32(bytes: Uint8Array, offset: number): number {
  return (bytes[offset] | (bytes[offset + 1] << 8) | (bytes[offset + 2] << 16) | (bytes[offset + 3] << 24)) >>> 0;
}

/** Stores the low 16 bits of `value` at `offset`. */
export function writeU16(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
}

/** Stores the low 32 bits of `value` at `offset`. */
export function writeU32(bytes: Uint8Array, offset: number, value: number): void {
  bytes[offset] = value;
  bytes[offset + 1] = value >>> 8;
  bytes[offset + 2] = value >>> 16;
  bytes[offset + 3] = value >>> 24;
}

/** A copy of `length` bytes from `offset`; never a view, so the source may be reused. */
export function copyBytes(bytes: Uint8Array, offset: number, length: number): Uint8Array {
  return new Uint8Array(bytes.subarray(offset, offset + length));
}

/** The parts one after the other in a new array. */
export function concatBytes(parts: Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = zeros(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** True when both hold the same bytes; takes the same time wherever they differ. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  let difference = 0;
  for (let i = 0; i < a.length; i++) difference |= a[i] ^ b[i];
  return difference === 0;
}

const ERASED = "\xff".repeat(64);

/** True when every byte is 0xFF, as flash reads after an erase. */
export function isErased(bytes: Uint8Array): boolean {
  if (bytes.length > 0 && bytes[0] !== 0xff) return false;
  for (let at = 0; at < bytes.length; at += ERASED.length) {
    const length = Math.min(ERASED.length, bytes.length - at);
    if (latin1Text(bytes, at, length) !== ERASED.slice(0, length)) return false; // natively, 64 bytes at a time
  }
  return true;
}

/** ISO 8859-1 characters to bytes; callers make sure that no character is above U+00FF. */
export function latin1Bytes(text: string): Uint8Array {
  const bytes = zeros(text.length);
  writeText(bytes, 0, text);
  return bytes;
}

/** Stores ISO 8859-1 characters from `offset`. */
export function writeText(bytes: Uint8Array, offset: number, text: string): void {
  for (let i = 0; i < text.length; i++) bytes[offset + i] = text.charCodeAt(i);
}

/** Bytes to ISO 8859-1 characters, up to `length` bytes from `offset`. */
export function latin1Text(bytes: Uint8Array, offset: number, length: number): string {
  // One native call: character by character, an address line took the interpreter 2 ms.
  return String.fromCharCode.apply(null, bytes.subarray(offset, offset + length) as unknown as number[]);
}

/** Text in a field of `length` bytes, padded with 0x00. */
export function paddedText(bytes: Uint8Array, offset: number, length: number): string {
  let used = 0;
  while (used < length && bytes[offset + used] !== 0) used++;
  return latin1Text(bytes, offset, used);
}
