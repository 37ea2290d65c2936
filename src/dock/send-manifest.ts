// Sends a manifest's bytes to a handheld, SPEC.md §10.6: head, body in pieces, commit, and a check of what it holds then.
// The handheld refuses what is wrong, and switches only at the commit; what a load before left there is not sent again.
import { crc32 } from "node:zlib";
import { FaultNumber } from "../shared/faults.ts";
import { copyBytes, readU16, readU32, writeU32 } from "../shared/wire/bytes.ts";
import { HEADER_BYTES, headBytes } from "../shared/wire/manifest.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { DockError } from "./dock-error.ts";
import { faultWords } from "./fault-words.ts";
import { type Answer, type FrameClient, WINDOW_FRAMES } from "./frame-client.ts";

/** Manifest bytes in one LoadData frame: a multiple of 8, and two sealed frames of it stay below 2,048 bytes. */
export const PIECE_BYTES = 976;

const CHUNKS_OFFSET = 58; // SPEC.md §4.1
const CHECK_BYTES = 8;

/** The handheld holds other bytes than those that were sent, whatever it answered before. */
export class ManifestNotWhole extends Error {
  constructor(words: string) {
    super(words);
    this.name = "ManifestNotWhole";
  }
}

/**
 * Bytes of the head of a manifest: header, chunk digests, MAC.
 * @throws RangeError when the manifest is shorter than that
 */
export function manifestHeadLength(manifest: Uint8Array): number {
  const length = manifest.length < HEADER_BYTES ? HEADER_BYTES : headBytes(readU16(manifest, CHUNKS_OFFSET));
  if (manifest.length < length)
    throw new RangeError(`manifest: ${manifest.length} bytes do not hold a manifest's head`);
  return length;
}

function piece(manifest: Uint8Array, offset: number): Uint8Array {
  const bytes = copyBytes(manifest, offset, Math.min(PIECE_BYTES, manifest.length - offset));
  const data = new Uint8Array(4 + bytes.length);
  writeU32(data, 0, offset);
  data.set(bytes, 4);
  return data;
}

/** Where the handheld says that the load goes on. */
function firstMissing(answer: Uint8Array, head: number, total: number): number {
  const there = answer.length >= 4 ? readU32(answer, 0) : 0;
  if (there <= head) return head;
  if (there > total || (there % 8 !== 0 && there !== total)) {
    throw new DockError("garbage", `the handheld says that it holds ${there} bytes of a manifest of ${total}`);
  }
  return there;
}

/** Only LoadBegin may say that all is there; from another command it would pass for a load that was checked. */
function nonsense(fault: number): DockError {
  return new DockError("garbage", `the handheld answered in the midst of the load: ${faultWords(fault)}`);
}

/** Sends the pieces from `start` on, two under way at once; the first fault, or 0. */
async function sendPieces(
  client: FrameClient,
  manifest: Uint8Array,
  start: number,
  sent: (bytes: number) => void,
): Promise<number> {
  const underWay: { end: number; answer: Promise<Answer> }[] = [];
  let offset = start;
  for (;;) {
    while (offset < manifest.length && underWay.length < WINDOW_FRAMES) {
      const answer = client.request(Command.LoadData, piece(manifest, offset));
      answer.catch(() => undefined); // it is awaited below, perhaps after another one has failed
      offset = Math.min(offset + PIECE_BYTES, manifest.length);
      underWay.push({ end: offset, answer });
    }
    const first = underWay.shift();
    if (first === undefined) return 0;
    const { fault } = await first.answer;
    if (fault !== 0) {
      for (const { answer } of underWay) await answer;
      return fault;
    }
    sent(first.end);
  }
}

/** Compares what the handheld reads anew with what was sent. */
async function check(client: FrameClient, manifest: Uint8Array): Promise<number> {
  const { fault, data } = await client.request(Command.LoadCheck);
  if (fault !== 0) return fault;
  if (data.length !== CHECK_BYTES) throw new DockError("garbage", "the answer to LoadCheck makes no sense");
  const bytes = readU32(data, 0);
  if (bytes === manifest.length && readU32(data, 4) === crc32(manifest)) return 0;
  throw new ManifestNotWhole(
    bytes === manifest.length
      ? `its ${bytes} bytes of manifest read back otherwise than they were sent`
      : `it holds ${bytes} bytes of manifest, and ${manifest.length} were sent`,
  );
}

/**
 * Sends a manifest, or what a load that was cut off has left of it, and has it checked.
 * @param sent called with the bytes that are there so far
 * @returns 0 when the handheld switched to it, 213 ManifestAlreadyLoaded when it had it, or the fault it answered; then it
 * keeps what it had
 * @throws DockError when the cable fails: the handheld then has the old manifest or the new one, never a mixture
 * @throws ManifestNotWhole when the handheld took it and holds something else
 */
export async function sendManifest(
  client: FrameClient,
  manifest: Uint8Array,
  sent: (bytes: number) => void,
): Promise<number> {
  const head = manifestHeadLength(manifest);
  for (let isAgain = false; ; isAgain = true) {
    const begin = await client.request(Command.LoadBegin, copyBytes(manifest, 0, head));
    if (begin.fault === FaultNumber.ManifestAlreadyLoaded) return (await check(client, manifest)) || begin.fault;
    if (begin.fault !== 0) return begin.fault;
    const start = firstMissing(begin.data, head, manifest.length);
    sent(start);
    const fault = await sendPieces(client, manifest, start, sent);
    if (fault === FaultNumber.ManifestAlreadyLoaded) throw nonsense(fault);
    if (fault === FaultNumber.FlashWriteTorn && start > head && !isAgain) continue; // a torn write of the load before
    if (fault !== 0) return fault;
    const commit = await client.request(Command.LoadCommit);
    if (commit.fault === FaultNumber.ManifestAlreadyLoaded) throw nonsense(commit.fault);
    return commit.fault || (await check(client, manifest));
  }
}
