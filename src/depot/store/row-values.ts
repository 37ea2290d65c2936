// Small conversions between rows and domain values, shared by the tables' files. null and undefined, flags, bytes.
import type { Bytes } from "./schema.ts";

/** undefined is stored as null. */
export function orNull<T>(value: T | undefined): T | null {
  return value === undefined ? null : value;
}

/** null is read as undefined. */
export function orUndefined<T>(value: T | null): T | undefined {
  return value === null ? undefined : value;
}

/** A yes/no as every database stores it. */
export function flag(value: boolean): 0 | 1 {
  return value ? 1 : 0;
}

/** Bytes as the driver returned them, in an array of their own. */
export function bytesOf(value: Bytes): Uint8Array {
  return new Uint8Array(value);
}

/** Bytes for the driver. */
export function toBytes(value: Uint8Array): Uint8Array {
  return Buffer.from(value);
}

/** Rows in one INSERT: databases limit the values bound to one statement. */
const ROWS_PER_INSERT = 100;

/** Cuts a long list for INSERT; an empty list gives no piece. */
export function inPieces<T>(rows: readonly T[]): T[][] {
  const pieces: T[][] = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_INSERT) pieces.push(rows.slice(at, at + ROWS_PER_INSERT));
  return pieces;
}

/**
 * A row that an update expects to be there.
 * @throws Error when it is not: the caller named a row it never had
 */
export function existing<T>(found: T | undefined, what: string): T {
  if (found === undefined) throw new Error(`store: no such ${what}`);
  return found;
}
