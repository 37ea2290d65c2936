// Where loader, boot record and the two slots stand in Storage, SPEC.md §11.1: every content at a page of the flash, the
// header of what follows in the last bytes of a page that is never erased. It computes, and touches no flash.
import { latin1Bytes, latin1Text, readU32, writeU32, zeros } from "../../shared/wire/bytes.ts";

/** Bytes of a Storage file's header: its size, and its name of 28 bytes. */
export const HEADER_BYTES = 32;

/** Names in the order in which they are laid down. */
export const LAYOUT_NAMES = [".boot0", "boot", "parola.a", "parola.b"] as const;

/** A board's Storage, as its `bundle.json` describes it. */
export interface StorageGeometry {
  /** Address of its first byte. */
  start: number;
  bytes: number;
  /** Bytes that are erased together: 1,024 on Linux, 4,096 on hardware. */
  pageBytes: number;
  /** Bytes of one slot, whole pages. */
  slotBytes: number;
}

/** One file of the layout. */
export interface LaidFile {
  name: string;
  /** Offset of its header in Storage. */
  header: number;
  /** Offset of its first byte in Storage. */
  content: number;
  /** Bytes that its header states. */
  size: number;
}

/** The files of a layout; offsets count from the start of Storage. */
export interface BootLayout {
  loader: LaidFile;
  record: LaidFile;
  slots: { a: LaidFile; b: LaidFile };
  /** Offset behind the last: whole pages. */
  end: number;
}

/** A slot's letter. */
export type SlotLetter = "a" | "b";

/**
 * The layout for a loader.
 * @param loaderBytes bytes of the loader at least; it is padded to the page
 * @throws RangeError when the board's figures do not fit together
 */
export function layoutFor(geometry: StorageGeometry, loaderBytes: number): BootLayout {
  const { pageBytes, slotBytes, bytes } = geometry;
  if (slotBytes % pageBytes !== 0 || bytes % pageBytes !== 0) throw new RangeError("storage: whole pages");
  const loaderPages = Math.ceil((loaderBytes + 2 * HEADER_BYTES) / pageBytes);
  const spare = pageBytes - HEADER_BYTES;
  const sizes = [
    loaderPages * pageBytes - 2 * HEADER_BYTES,
    pageBytes + spare,
    slotBytes + spare,
    slotBytes + pageBytes,
  ];
  let at = 0;
  const files = LAYOUT_NAMES.map((name, i): LaidFile => {
    const file = { name, header: at, content: at + HEADER_BYTES, size: sizes[i] ?? 0 };
    at = file.content + file.size;
    return file;
  });
  if (at > bytes) throw new RangeError(`storage: ${bytes} bytes do not hold two slots of ${slotBytes}`);
  const [loader, record, a, b] = files as [LaidFile, LaidFile, LaidFile, LaidFile];
  return { loader, record, slots: { a, b }, end: at };
}

/** The layout's files in their order. */
export function filesOf({ loader, record, slots }: BootLayout): readonly LaidFile[] {
  return [loader, record, slots.a, slots.b];
}

/** The header that Storage gives a file: 32 bytes. */
export function headerOf({ name, size }: LaidFile): Uint8Array {
  const header = zeros(HEADER_BYTES);
  writeU32(header, 0, size);
  header.set(latin1Bytes(name), 4);
  return header;
}

/**
 * The layout that a loader's header tells of.
 * @param header the first 32 bytes of Storage
 * @returns undefined when no loader of a layout stands there
 */
export function layoutOfHeader(geometry: StorageGeometry, header: Uint8Array): BootLayout | undefined {
  const size = readU32(header, 0);
  const [name] = LAYOUT_NAMES;
  const isLoader = latin1Text(header, 4, HEADER_BYTES - 4) === name + "\0".repeat(HEADER_BYTES - 4 - name.length);
  if (!isLoader || size === 0 || (size + 2 * HEADER_BYTES) % geometry.pageBytes !== 0) return undefined;
  return size > geometry.bytes / 2 ? undefined : layoutFor(geometry, size);
}
