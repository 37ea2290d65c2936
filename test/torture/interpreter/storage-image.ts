// A Storage image as a handheld has it that was just flashed, and the port of its bench.
import { writeU32 } from "../../../src/shared/wire/bytes.ts";
import { align, FILE_HEADER_BYTES, NAME_BYTES } from "../../support/storage-walk.ts";

const FENCE_BYTES = 4096;

/**
 * A Storage with these files, one behind the other, as on a handheld that has just been flashed: behind the last one,
 * line ends fill the page, so that what comes begins on the next.
 */
export function makeStorage(bytes: number, files: readonly { name: string; text: string }[]): Uint8Array {
  const image = new Uint8Array(bytes).fill(0xff);
  let at = 0;
  for (const [n, { name, text }] of files.entries()) {
    const end = at + FILE_HEADER_BYTES + text.length;
    const fill = n + 1 < files.length ? 0 : (FENCE_BYTES - (end % FENCE_BYTES)) % FENCE_BYTES;
    writeU32(image, at, text.length + fill);
    image.set(Buffer.from(name + "\0".repeat(NAME_BYTES - name.length) + text + "\n".repeat(fill), "latin1"), at + 4);
    at = align(end + fill);
  }
  return image;
}

/** The file in which the linux board finds the number of its bench port; the default may be taken on this computer. */
export const BENCH_PORT = 24_240;
export const BENCH_PORT_FILE = { name: "bench.port", text: String(BENCH_PORT) };
