// The flash itself, for a new bundle: SPEC.md §10.4.4. The technician's alone. It knows nothing of slots: the bench does.
import type { Board } from "../../../hal/contract/board.ts";
import { FaultNumber } from "../../../src/shared/faults.ts";
import { latin1Text, readU16, readU32, sameBytes, writeU32, zeros } from "../../../src/shared/wire/bytes.ts";
import { SlotStep } from "../../../src/shared/wire/service-data.ts";

const OFFSET_BYTES = 5;
const READ_BYTES_MAX = 2048;

/** One step; the answer's data, or a fault. */
export function slotStep(board: Board, data: Uint8Array): Uint8Array | FaultNumber {
  const ground = board.ground;
  const step = data[0];
  const offset = readU32(data, 1);
  const rest = data.subarray(OFFSET_BYTES);
  if (step === SlotStep.Sizes) return twoNumbers(ground.bytes, ground.pageBytes);
  if (data.length < OFFSET_BYTES) return FaultNumber.DockBadFrame;
  if (step === SlotStep.Sum) {
    const sum = board.flash.sum(latin1Text(rest, 0, rest.length), offset);
    return sum < 0 ? FaultNumber.FlashFileMissing : twoNumbers(sum, 0).subarray(0, 4);
  }
  const length = step === SlotStep.Read ? readU16(rest, 0) : step === SlotStep.Erase ? ground.pageBytes : rest.length;
  const isWhole = step === SlotStep.Read ? rest.length === 2 && length <= READ_BYTES_MAX : (offset | length) % 8 === 0;
  if (!isWhole || offset + length > ground.bytes) return FaultNumber.DockBadFrame;
  if (step === SlotStep.Read) return ground.read(length, ground.start + offset);
  if (step === SlotStep.Erase && rest.length === 0) {
    ground.erase(ground.start + offset);
    return FaultNumber.None;
  }
  if (step !== SlotStep.Program) return FaultNumber.DockBadFrame;
  ground.write(rest, ground.start + offset);
  return sameBytes(ground.read(length, ground.start + offset), rest) ? FaultNumber.None : FaultNumber.FlashWriteTorn;
}

function twoNumbers(a: number, b: number): Uint8Array {
  const bytes = zeros(8);
  writeU32(bytes, 0, a);
  writeU32(bytes, 4, b);
  return bytes;
}
