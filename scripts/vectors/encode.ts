// Byte strings for the vector generator, written in the order of SPEC.md's tables. Uses Node's own crypto and nothing
// of src/shared, so that text and code check each other.
import { createHash, createHmac } from "node:crypto";
import { crc32 as zlibCrc32 } from "node:zlib";

function little(value: number, bytes: number): Buffer {
  const out = Buffer.alloc(bytes);
  out.writeUIntLE(value, 0, bytes);
  return out;
}

export const u8 = (value: number): Buffer => little(value, 1);
export const u16 = (value: number): Buffer => little(value, 2);
export const u24 = (value: number): Buffer => little(value, 3);
export const u32 = (value: number): Buffer => little(value, 4);

/** Two's complement, 2 bytes. */
export const i16 = (value: number): Buffer => u16(value & 0xffff);

/** `length` zero bytes. */
export const zeros = (length: number): Buffer => Buffer.alloc(length);

/** `length` bytes as flash reads after an erase. */
export const erased = (length: number): Buffer => Buffer.alloc(length, 0xff);

/** ISO 8859-1 text, padded with zeros to `length` when it is given. */
export function text(characters: string, length = characters.length): Buffer {
  const out = Buffer.alloc(length);
  out.write(characters, "latin1");
  return out;
}

export const join = (...parts: Uint8Array[]): Buffer => Buffer.concat(parts);
export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
export const unhex = (digits: string): Buffer => Buffer.from(digits, "hex");

export const crc32 = (...parts: Uint8Array[]): number => zlibCrc32(join(...parts));
export const sha256 = (...parts: Uint8Array[]): Buffer =>
  createHash("sha256")
    .update(join(...parts))
    .digest();
export const hmac = (key: Uint8Array, ...parts: Uint8Array[]): Buffer =>
  createHmac("sha256", key)
    .update(join(...parts))
    .digest();

/** Bytes that look random and are always the same. */
export const fixedBytes = (name: string, length: number): Buffer =>
  sha256(text(`parola test vector: ${name}`)).subarray(0, length);
