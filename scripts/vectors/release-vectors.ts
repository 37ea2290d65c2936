// Vectors of challenges and answers: SPEC.md §8.
import { hex, hmac, text, u32 } from "./encode.ts";
import { RELEASE_KEY } from "./key-vectors.ts";
import { JOURNAL_EPOCH } from "./manifest-vectors.ts";

/** Journal epoch, code, index. */
type Lock = [number, number, number];

function releaseDigits(purpose: string, journalEpoch: number, code: number, index: number): string {
  const digest = hmac(RELEASE_KEY, text(purpose), u32(journalEpoch), u32(code), u32(index));
  return String(digest.readUInt32LE(0) % 100_000_000).padStart(8, "0");
}

export function releaseVectors(): object {
  const locks: Lock[] = [
    [JOURNAL_EPOCH, 501, 0],
    [JOURNAL_EPOCH, 501, 1],
    [JOURNAL_EPOCH, 0, 0],
    [JOURNAL_EPOCH + 1, 501, 0],
    [4294967295, 4294967295, 1],
    shortest("challenge"),
    shortest("answer"),
  ];
  return {
    spec: "§8",
    releaseKey: hex(RELEASE_KEY),
    locks: locks.map(([journalEpoch, code, index]) => ({
      journalEpoch,
      code,
      index,
      challenge: releaseDigits("challenge", journalEpoch, code, index),
      answer: releaseDigits("answer", journalEpoch, code, index),
    })),
  };
}

/** A lock whose number has leading zeros. */
function shortest(purpose: string): Lock {
  for (let code = 1; ; code++) {
    if (releaseDigits(purpose, JOURNAL_EPOCH, code, 0).startsWith("00")) return [JOURNAL_EPOCH, code, 0];
  }
}
