// An independent reader of the interpreter's Storage in a flash image: which files it holds, which it has forgotten, and
// whether the interpreter would find it corrupt at boot and erase everything. It shares no code with firmware or hal.
import { readU32 } from "../../src/shared/wire/bytes.ts";

/** Bytes of a page, which is erased as a whole. */
const PAGE_BYTES = 1024;
/** Size and flags (4 bytes), then the name (28 bytes, padded with zeros). */
export const FILE_HEADER_BYTES = 32;
/** Of a name in a header, padded with zeros. */
export const NAME_BYTES = 28;
const UNSET = 0xffffffff;

/** A file's place in Storage. */
export interface StoredFile {
  /** Where its header stands. */
  offset: number;
  size: number;
  /** Empty when it was erased. */
  name: string;
}

/** A Storage as the interpreter walks it. */
export interface StorageWalk {
  /** All files, erased ones too, in the order of their places. */
  files: StoredFile[];
  /** Whether the check at boot passes: else everything is erased. */
  isValid: boolean;
}

/** The Linux build aligns to 4 bytes, as all with external flash do; others to 8. */
export const align = (offset: number): number => (offset + 3) & ~3;

function headerAt(image: Uint8Array, offset: number): StoredFile | undefined {
  if (offset + FILE_HEADER_BYTES > image.length) return undefined;
  const word = readU32(image, offset);
  const size = word & 0xffffff;
  if (word === UNSET || word === 0 || offset + FILE_HEADER_BYTES + size > image.length) return undefined;
  const bytes = image.subarray(offset + 4, offset + 4 + NAME_BYTES);
  const isErased = readU32(bytes, 0) === 0;
  // All of the name counts: one whose padding was torn is another name.
  const name = isErased ? "" : Buffer.from(bytes).toString("latin1").replace(/\0+$/, "");
  return { offset, size, name };
}

const isBlank = (image: Uint8Array, from: number, to: number): boolean =>
  image.subarray(from, to).every((byte) => byte === 0xff);

/** Walks a Storage: from header to header, and where there is none on to the next page, once. */
export function walkStorage(image: Uint8Array): StorageWalk {
  const files: StoredFile[] = [];
  let at = 0;
  for (let file = headerAt(image, at); file !== undefined; file = headerAt(image, at)) {
    files.push(file);
    at = align(at + FILE_HEADER_BYTES + file.size);
    if (at + FILE_HEADER_BYTES > image.length) return { files, isValid: true };
    if (headerAt(image, at) !== undefined) continue;
    const next = at - (at % PAGE_BYTES) + PAGE_BYTES;
    // Behind the last page there is nowhere to go on: what stands here decides, and is always taken for corrupt.
    if (next >= image.length) return { files, isValid: isBlank(image, at, at + FILE_HEADER_BYTES) };
    at = next;
  }
  const checked = files.length === 0 ? image.length : at + FILE_HEADER_BYTES;
  return { files, isValid: isBlank(image, at, checked) };
}

/** The bytes of a file; undefined when there is none of that name. The first of several counts. A view: read it at once. */
export function storedFile(image: Uint8Array, name: string): Uint8Array | undefined {
  const file = walkStorage(image).files.find((one) => one.name === name);
  return file && image.subarray(file.offset + FILE_HEADER_BYTES, file.offset + FILE_HEADER_BYTES + file.size);
}
