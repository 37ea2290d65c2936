// The handheld's part of the self-test, SPEC.md §10.5: it does as it is told, the bench judges. While it lasts, keys and
// labels are collected here and nothing of the app sees them.
import type { Board } from "../../../hal/contract/board.ts";
import { type Tone, Tone as Tones } from "../../../hal/contract/sounder.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { concatBytes, isErased, latin1Bytes, sameBytes, writeU32, zeros } from "../../../src/shared/wire/bytes.ts";
import { SelfTestPart } from "../../../src/shared/wire/service-data.ts";
import { SCRATCH_FILE_NAME } from "../files.ts";
import type { Screen } from "../screens/screen.ts";
import type { View } from "../screens/view.ts";

const TIMEOUT_MS = 60000;
const SCRATCH_BYTES = 64;
const KEYS_MAX = 32;
const LAST_PATTERN = 2;
const BAR_PIXELS = 8;

export class SelfTest implements Screen {
  takesScans: boolean;
  timeout_ms: number;
  guard_ms: number;
  private board_: Board;
  private keys_: number[];
  private label_: string;

  constructor(board: Board) {
    this.board_ = board;
    this.takesScans = true;
    this.timeout_ms = TIMEOUT_MS;
    this.guard_ms = 0;
    this.keys_ = [];
    this.label_ = "";
  }

  view(): View {
    return { title: "SELF-TEST", big: "", lines: [], hint: "", tone: Tones.Silent };
  }

  key(key: number): void {
    if (this.keys_.length < KEYS_MAX) this.keys_.push(key);
  }

  /** A label was read. */
  scanned(label: string): void {
    this.label_ = label;
  }

  /** One part; the answer's data, or a fault. */
  run(data: Uint8Array): Uint8Array | FaultNumber {
    switch (data[0]) {
      case SelfTestPart.Digest:
        return this.digest_(data.subarray(1));
      case SelfTestPart.Scratch:
        return this.scratch_();
      case SelfTestPart.Pattern:
        if (data.length !== 2 || data[1] > LAST_PATTERN) return FaultNumber.DockBadFrame;
        this.pattern_(data[1]);
        return FaultNumber.None;
      case SelfTestPart.Tone:
        if (data.length !== 2 || data[1] > Tones.Attention) return FaultNumber.DockBadFrame;
        this.board_.sounder.play(data[1] as Tone);
        return FaultNumber.None;
      case SelfTestPart.Input:
        return this.input_();
      default:
        return FaultNumber.DockBadFrame;
    }
  }

  private digest_(bytes: Uint8Array): Uint8Array {
    const sum = zeros(4);
    writeU32(sum, 0, this.board_.hash.crc32(bytes));
    return concatBytes([this.board_.hash.sha256(bytes), sum]);
  }

  /** Writes, reads back and erases a small file, as the app writes its own. */
  private scratch_(): FaultNumber {
    const flash = this.board_.flash;
    const words = zeros(SCRATCH_BYTES / 2);
    for (let i = 0; i < words.length; i++) words[i] = i & 1 ? 0x55 : 0xaa;
    const fault =
      flash.create(SCRATCH_FILE_NAME, SCRATCH_BYTES, words.subarray(0, 8)) ||
      flash.append(SCRATCH_FILE_NAME, SCRATCH_BYTES / 2, words);
    const stored = flash.read(SCRATCH_FILE_NAME, 8, SCRATCH_BYTES - 8);
    flash.erase(SCRATCH_FILE_NAME);
    if (fault !== FaultNumber.None) return fault;
    const isSame = isErased(stored.subarray(0, 24)) && sameBytes(stored.subarray(24), words);
    return isSame ? FaultNumber.None : FaultNumber.FlashWriteTorn;
  }

  private pattern_(pattern: number): void {
    const display = this.board_.display;
    const step = pattern === LAST_PATTERN ? 2 * BAR_PIXELS : display.width;
    display.clear();
    for (let x = 0; x < display.width && pattern > 0; x += step)
      display.bar(x, 0, x + step / pattern - 1, display.height - 1);
    display.flip();
  }

  private input_(): Uint8Array {
    const keys = this.keys_;
    const label = this.label_;
    this.keys_ = [];
    this.label_ = "";
    return concatBytes([new Uint8Array([keys.length]), new Uint8Array(keys), latin1Bytes(label)]);
  }
}
