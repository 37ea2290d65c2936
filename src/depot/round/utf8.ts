// Round files are UTF-8 and nothing else: bytes that are not are refused, with line and byte, instead of guessed at.
import { isUtf8 } from "node:buffer";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";

const LINE_FEED = 0x0a;

/**
 * Decodes a file; a byte order mark falls away.
 * @throws DepotError 906 naming the line and the byte in it, both from 1
 */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  if (isUtf8(bytes)) return new TextDecoder().decode(bytes);
  const { line, byte } = firstBadByte(bytes);
  throw new DepotError(
    DepotFault.RoundEncoding,
    `${file}, line ${line}, byte ${byte}: not UTF-8; save the file as UTF-8`,
  );
}

function firstBadByte(bytes: Uint8Array): { line: number; byte: number } {
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const found = bytes.indexOf(LINE_FEED, start);
    const end = found < 0 ? bytes.length : found + 1;
    const text = bytes.subarray(start, end);
    if (!isUtf8(text)) return { line: line, byte: 1 + goodBytes(text) };
    start = end;
  }
  return { line: line, byte: 1 };
}

/** Length of the longest beginning of a line that is UTF-8. */
function goodBytes(text: Uint8Array): number {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let good = 0;
  for (let at = 0; at < text.length; at++) {
    try {
      decoder.decode(text.subarray(at, at + 1), { stream: true });
    } catch {
      return good;
    }
    if (isUtf8(text.subarray(0, at + 1))) good = at + 1;
  }
  return good;
}
