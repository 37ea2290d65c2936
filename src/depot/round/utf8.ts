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

/** Length of the longest beginning of a line that is UTF-8: character by character, so in time linear in it. */
function goodBytes(text: Uint8Array): number {
  let at = 0;
  while (at < text.length) {
    const first = text[at] ?? 0;
    const length = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (at + length > text.length || !isUtf8(text.subarray(at, at + length))) break;
    at += length;
  }
  return at;
}
