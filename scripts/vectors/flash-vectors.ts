// Vectors of cells (SPEC.md §6) and updates (§7).
import { crc32, hex, join, text, u16, u32, u8, zeros } from "./encode.ts";
import { SECOND_CODE, tagOf } from "./code-vectors.ts";
import { DAY, JOURNAL_EPOCH, UPDATE_SLOTS } from "./manifest-vectors.ts";

function headerOf(magic: string, count: number): Buffer {
  const covered = join(text(magic), u16(1), u16(count), u32(JOURNAL_EPOCH));
  return join(covered, u32(crc32(covered)));
}

function cell(kind: number, count: number, row: number, position: number): object {
  const covered = join(u8(kind), u8(count), u16(row));
  const check = u32(crc32(covered, u32(JOURNAL_EPOCH), u32(position)));
  return { kind, count, row, position, bytes: hex(join(covered, check)) };
}

export function cellVectors(): object {
  const rows = 2 + UPDATE_SLOTS + 1; // two codes, replacements, the device
  return {
    spec: "§6",
    journalEpoch: JOURNAL_EPOCH,
    ledgerHeader: { magic: "PLED", rows, bytes: hex(headerOf("PLED", rows)) },
    indexHeader: { magic: "PIDX", rows: 3, bytes: hex(headerOf("PIDX", 3)) },
    cells: [
      cell(1, 1, 0, 0),
      cell(1, 2, 0, 1),
      cell(2, 0, 0, 2),
      cell(5, 2, 1, 4),
      cell(3, 0, 1, 5),
      cell(4, 0, 1, 6),
      cell(1, 3, 1, rows * 4),
      cell(5, 255, rows - 1, (rows - 1) * 4),
      cell(2, 4, 65535, 0x01020304),
    ],
  };
}

const NONE = {
  number: 0,
  kind: 0,
  code: 0,
  parcel: 0,
  newCode: 0,
  tagBits: 0,
  tag: 0,
  salt: hex(zeros(16)),
  day: 0,
  releaseIndex: 0,
  triesKnown: 0,
};

const REPLACEMENT = {
  newCode: 778,
  tagBits: 11,
  tag: tagOf(SECOND_CODE, 11),
  salt: hex(SECOND_CODE.salt),
  day: DAY,
  triesKnown: 1,
};

const UPDATES = [
  { ...NONE, number: 1, kind: 1, code: 501, parcel: 9001 },
  { ...NONE, ...REPLACEMENT, number: 2, kind: 2, code: 777, parcel: 9003 },
  { ...NONE, number: 3, kind: 3, code: 778, parcel: 9003, releaseIndex: 1 },
  { ...NONE, number: 4, kind: 3 },
];

function encodeUpdate(update: typeof NONE): Buffer {
  const covered = join(
    u32(update.number),
    u8(update.kind),
    u8(update.tagBits),
    u16(update.day),
    u32(update.code),
    u32(update.parcel),
    u32(update.newCode),
    u32(update.tag),
    Buffer.from(update.salt, "hex"),
    u8(update.releaseIndex),
    u8(update.triesKnown),
    zeros(18),
  );
  return join(covered, u32(crc32(covered, u32(JOURNAL_EPOCH))));
}

/** Two encoded updates, as a reply carries them. */
export const encodedUpdates = (): Buffer[] => UPDATES.slice(0, 2).map(encodeUpdate);

export function updateVectors(): object {
  return {
    spec: "§7",
    journalEpoch: JOURNAL_EPOCH,
    header: { slots: UPDATE_SLOTS, bytes: hex(headerOf("PUPD", UPDATE_SLOTS)) },
    updates: UPDATES.map((update) => ({ ...update, bytes: hex(encodeUpdate(update)) })),
  };
}
