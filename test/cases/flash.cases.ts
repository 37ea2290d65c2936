// The contract of hal/contract/flash.ts as lists of steps, the same for every flash: the simulated one in test/hal, the
// interpreter's Storage in test/interpreter. Each case starts on an erased flash.
import assert from "node:assert/strict";
import type { Flash } from "../../hal/contract/flash.ts";
import { FaultNumber } from "../../src/shared/faults.ts";
import { type FlashStep, runFlashCase } from "./run-flash-case.ts";

/** One case. */
export interface FlashCase {
  name: string;
  steps: FlashStep[];
}

const LONG = "a-name-of-twenty-eight-chars";
const WORD = "0102030405060708";
const OTHER = "1112131415161718";
const ERASED = "ff".repeat(8);

/** The cases. */
export const FLASH_CASES: readonly FlashCase[] = [
  {
    name: "a new file has its size, its head, and is erased behind it",
    steps: [
      { do: "size", name: "f", gives: -1 },
      { do: "create", name: "f", size: 64, data: WORD, gives: 0 },
      { do: "size", name: "f", gives: 64 },
      { do: "read", name: "f", at: 0, length: 16, gives: WORD + ERASED },
      { do: "read", name: "f", at: 56, length: 8, gives: ERASED },
    ],
  },
  {
    name: "a file as long as its head is all head",
    steps: [
      { do: "create", name: "f", size: 8, data: WORD, gives: 0 },
      { do: "read", name: "f", at: 0, length: 8, gives: WORD },
    ],
  },
  {
    name: "appended bytes are read back where they were put, at the end of the file, too",
    steps: [
      { do: "create", name: "f", size: 64, gives: 0 },
      { do: "append", name: "f", at: 16, data: WORD, gives: 0 },
      { do: "append", name: "f", at: 56, data: OTHER, gives: 0 },
      { do: "append", name: "f", at: 32, data: OTHER + WORD, gives: 0 },
      { do: "read", name: "f", at: 8, length: 16, gives: ERASED + WORD },
      { do: "read", name: "f", at: 32, length: 32, gives: OTHER + WORD + ERASED + OTHER },
      { do: "size", name: "f", gives: 64 },
    ],
  },
  {
    name: "programmed bytes are not programmed again, not even to clear more bits",
    steps: [
      { do: "create", name: "f", size: 64, gives: 0 },
      { do: "append", name: "f", at: 16, data: "0f".repeat(8), gives: 0 },
      { do: "append", name: "f", at: 16, data: "f0".repeat(8), gives: FaultNumber.FlashWriteTorn },
      { do: "append", name: "f", at: 16, data: "0e".repeat(8), gives: FaultNumber.FlashWriteTorn },
      { do: "read", name: "f", at: 16, length: 8, gives: "0f".repeat(8) },
      { do: "append", name: "f", at: 24, data: WORD, gives: 0 },
    ],
  },
  {
    name: "bytes that are there already, the same ones, are fine: a frame may come twice",
    steps: [
      { do: "create", name: "f", size: 64, gives: 0 },
      { do: "append", name: "f", at: 16, data: WORD, gives: 0 },
      { do: "append", name: "f", at: 16, data: WORD, gives: 0 },
      { do: "read", name: "f", at: 8, length: 24, gives: ERASED + WORD + ERASED },
    ],
  },
  {
    name: "a write that overlaps programmed bytes changes none of them",
    steps: [
      { do: "create", name: "f", size: 64, gives: 0 },
      { do: "append", name: "f", at: 16, data: WORD, gives: 0 },
      { do: "append", name: "f", at: 8, data: OTHER + OTHER, gives: FaultNumber.FlashWriteTorn },
      { do: "read", name: "f", at: 16, length: 8, gives: WORD },
    ],
  },
  {
    name: "reading past the end gives what there is",
    steps: [
      { do: "create", name: "f", size: 24, data: WORD, gives: 0 },
      { do: "read", name: "f", at: 16, length: 100, gives: ERASED },
      { do: "read", name: "f", at: 24, length: 8, gives: "" },
      { do: "read", name: "f", at: 1000, length: 8, gives: "" },
      { do: "read", name: "none", at: 0, length: 8, gives: "" },
    ],
  },
  {
    name: "appending beyond the file, or to none, is refused and touches nothing",
    steps: [
      { do: "create", name: "f", size: 24, gives: 0 },
      { do: "create", name: "g", size: 24, data: WORD, gives: 0 },
      { do: "append", name: "f", at: 24, data: OTHER, gives: FaultNumber.FlashFileMissing },
      { do: "append", name: "f", at: 16, data: OTHER + OTHER, gives: FaultNumber.FlashFileMissing },
      { do: "append", name: "none", at: 8, data: OTHER, gives: FaultNumber.FlashFileMissing },
      { do: "size", name: "f", gives: 24 },
      { do: "read", name: "f", at: 8, length: 16, gives: ERASED + ERASED },
      { do: "read", name: "g", at: 0, length: 24, gives: WORD + ERASED + ERASED },
      { do: "size", name: "none", gives: -1 },
    ],
  },
  {
    name: "a file that does not fit is refused, and changes nothing, not the one of its name either",
    steps: [
      { do: "create", name: "f", size: 24, data: WORD, gives: 0 },
      { do: "note free" },
      { do: "create", name: "big", size: 10_000_000, gives: FaultNumber.FlashFull },
      { do: "create", name: "f", size: 10_000_000, data: OTHER, gives: FaultNumber.FlashFull },
      { do: "free", gives: "same" },
      { do: "size", name: "big", gives: -1 },
      { do: "read", name: "f", at: 0, length: 8, gives: WORD },
    ],
  },
  {
    name: "a file that fits exactly leaves nothing for another one",
    steps: [
      { do: "create", name: "f", size: -8, data: WORD, gives: 0 },
      { do: "create", name: "g", size: 512, gives: FaultNumber.FlashFull },
      { do: "append", name: "f", at: 1024, data: OTHER, gives: 0 },
      { do: "read", name: "f", at: 1024, length: 8, gives: OTHER },
    ],
  },
  {
    name: "an erased file is gone, its space only after compaction",
    steps: [
      { do: "create", name: "keep", size: 64, data: WORD, gives: 0 },
      { do: "create", name: "gone", size: 4096, gives: 0 },
      { do: "note free" },
      { do: "erase", name: "gone" },
      { do: "size", name: "gone", gives: -1 },
      { do: "read", name: "gone", at: 0, length: 8, gives: "" },
      { do: "free", gives: "same" },
      { do: "compact" },
      { do: "free", gives: "more" },
      { do: "read", name: "keep", at: 0, length: 8, gives: WORD },
      { do: "size", name: "gone", gives: -1 },
      { do: "erase", name: "gone" },
      { do: "erase", name: "never" },
    ],
  },
  {
    name: "compaction keeps files: bytes, sizes, and what is still erased in them",
    steps: [
      { do: "create", name: "first", size: 800, gives: 0 },
      { do: "create", name: "second", size: 64, data: WORD, gives: 0 },
      { do: "create", name: LONG, size: 4000, data: OTHER, gives: 0 },
      { do: "append", name: "second", at: 32, data: OTHER, gives: 0 },
      { do: "append", name: LONG, at: 3992, data: WORD, gives: 0 },
      { do: "erase", name: "first" },
      { do: "compact" },
      { do: "size", name: "second", gives: 64 },
      { do: "read", name: "second", at: 24, length: 24, gives: ERASED + OTHER + ERASED },
      { do: "read", name: LONG, at: 3984, length: 16, gives: ERASED + WORD },
      { do: "append", name: "second", at: 48, data: WORD, gives: 0 },
      { do: "read", name: "second", at: 48, length: 8, gives: WORD },
    ],
  },
  {
    name: "names of 28 characters are told apart by the last one",
    steps: [
      { do: "create", name: LONG, size: 64, data: WORD, gives: 0 },
      { do: "create", name: LONG.slice(0, 27) + "z", size: 64, data: OTHER, gives: 0 },
      { do: "create", name: LONG.slice(0, 27), size: 32, data: OTHER, gives: 0 },
      { do: "read", name: LONG, at: 0, length: 8, gives: WORD },
      { do: "read", name: LONG.slice(0, 27) + "z", at: 0, length: 8, gives: OTHER },
      { do: "size", name: LONG.slice(0, 27), gives: 32 },
    ],
  },
  {
    name: "a name that is created again is a new file, erased behind its head",
    steps: [
      { do: "create", name: "f", size: 64, data: WORD, gives: 0 },
      { do: "append", name: "f", at: 32, data: WORD, gives: 0 },
      { do: "create", name: "f", size: 128, data: OTHER, gives: 0 },
      { do: "size", name: "f", gives: 128 },
      { do: "read", name: "f", at: 0, length: 8, gives: OTHER },
      { do: "read", name: "f", at: 32, length: 8, gives: ERASED },
      { do: "append", name: "f", at: 32, data: OTHER, gives: 0 },
      { do: "compact" },
      { do: "size", name: "f", gives: 128 },
      { do: "read", name: "f", at: 32, length: 8, gives: OTHER },
    ],
  },
  {
    name: "a name that is created again with the same bytes is a new file, too",
    steps: [
      { do: "create", name: "f", size: 64, data: WORD, gives: 0 },
      { do: "append", name: "f", at: 32, data: OTHER, gives: 0 },
      { do: "create", name: "f", size: 64, data: WORD, gives: 0 },
      { do: "read", name: "f", at: 32, length: 8, gives: ERASED },
    ],
  },
  {
    name: "tidying forgets every file whose name is not known, and no other",
    steps: [
      { do: "create", name: "keep", size: 64, data: WORD, gives: 0 },
      { do: "create", name: LONG, size: 4096, data: OTHER, gives: 0 },
      { do: "create", name: "kept", size: 64, data: OTHER, gives: 0 },
      { do: "tidy", name: "keep", gives: 0 },
      { do: "read", name: "keep", at: 0, length: 16, gives: WORD + ERASED },
      { do: "note free" },
      { do: "compact" }, // some builds remember where files were until then
      { do: "free", gives: "more" },
      { do: "size", name: LONG, gives: -1 },
      { do: "size", name: "kept", gives: -1 },
      { do: "read", name: "keep", at: 0, length: 16, gives: WORD + ERASED },
    ],
  },
  {
    name: "bytes of every value, of 0x00 and 0xFF runs, come back as they were",
    steps: [
      { do: "create", name: "f", size: 512, gives: 0 },
      { do: "append", name: "f", at: 8, data: everyByte(), gives: 0 },
      { do: "append", name: "f", at: 264, data: "00".repeat(8) + "ff".repeat(8) + "00".repeat(8), gives: 0 },
      { do: "read", name: "f", at: 8, length: 256, gives: everyByte() },
      { do: "read", name: "f", at: 264, length: 24, gives: "00".repeat(8) + "ff".repeat(8) + "00".repeat(8) },
    ],
  },
];

function everyByte(): string {
  return Buffer.from(Array.from({ length: 256 }, (_, i) => i)).toString("hex");
}

/**
 * Adds the suite for one flash.
 * @param makeFlash an erased flash of 64 kB or more, new for each case
 */
export function flashCases(name: string, makeFlash: () => Flash): void {
  describe(`flash: ${name}`, () => {
    for (const one of FLASH_CASES) {
      it(one.name, () => assert.equal(runFlashCase(makeFlash(), one.steps), ""));
    }
  });
}
