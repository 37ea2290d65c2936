// Sends a manifest's bytes to a handheld, SPEC.md §10.3: head, body in pieces, commit. It checks nothing itself:
// the handheld refuses what is wrong, and switches only at the commit.
import { copyBytes, readU16, writeU32 } from "../shared/wire/bytes.ts";
import { HEADER_BYTES, headBytes } from "../shared/wire/manifest.ts";
import { Command } from "../shared/wire/service-frame.ts";
import type { FrameClient } from "./frame-client.ts";

/** Manifest bytes in one LoadData frame. */
export const PIECE_BYTES = 1024;

const BEGIN_TIMEOUT_MS = 20_000;
const DATA_TIMEOUT_MS = 10_000;
const COMMIT_TIMEOUT_MS = 120_000; // the handheld reads the whole manifest back and hashes it
const CHUNKS_OFFSET = 58; // SPEC.md §4.1

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

/**
 * Sends a manifest.
 * @param sent called with the bytes sent so far
 * @returns 0 when the handheld switched to it, or the fault it answered; then it keeps what it had
 * @throws DockError when the cable fails: the handheld then has the old manifest or the new one, never a mixture
 */
export async function sendManifest(
  client: FrameClient,
  manifest: Uint8Array,
  sent: (bytes: number) => void,
): Promise<number> {
  const head = manifestHeadLength(manifest);
  const begin = await client.request(Command.LoadBegin, copyBytes(manifest, 0, head), BEGIN_TIMEOUT_MS);
  if (begin.fault !== 0) return begin.fault;
  for (let offset = head; offset < manifest.length; offset += PIECE_BYTES) {
    const { fault } = await client.request(Command.LoadData, piece(manifest, offset), DATA_TIMEOUT_MS);
    if (fault !== 0) return fault;
    sent(Math.min(offset + PIECE_BYTES, manifest.length));
  }
  return (await client.request(Command.LoadCommit, undefined, COMMIT_TIMEOUT_MS)).fault;
}
