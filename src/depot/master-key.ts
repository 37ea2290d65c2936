// The depot's master key: 32 random bytes as hex in a file of its own, outside the database. Every other key derives
// from it. Never printed, never logged; the file is refused when group or world may read it.
import { closeSync, fsyncSync, openSync, readFileSync, statSync, writeSync } from "node:fs";
import { KEY_BYTES } from "../shared/crypto/keys.ts";
import { DepotError } from "./depot-error.ts";
import { DepotFault } from "./faults.ts";
import type { Entropy } from "./surroundings.ts";

/**
 * Draws a master key into a new file of mode 0600.
 * @throws Error EEXIST when the file exists: a master key is never overwritten
 */
export function createMasterKey(path: string, entropy: Entropy): void {
  const file = openSync(path, "wx", 0o600);
  try {
    writeSync(file, Buffer.from(entropy.bytes(KEY_BYTES)).toString("hex") + "\n");
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * Reads the master key, 32 bytes.
 * @throws DepotError 903 when the file is missing, damaged, or readable by group or world
 */
export function readMasterKey(path: string): Uint8Array {
  let text: string;
  try {
    if ((statSync(path).mode & 0o077) !== 0) {
      throw new DepotError(DepotFault.MasterKey, `${path}: others may read the master key; chmod 600 it`);
    }
    text = readFileSync(path, "latin1").trim();
  } catch (error) {
    if (error instanceof DepotError) throw error;
    throw new DepotError(DepotFault.MasterKey, `${path}: the master key cannot be read`);
  }
  if (!/^[0-9a-f]{64}$/.test(text)) {
    throw new DepotError(DepotFault.MasterKey, `${path}: the master key is not 64 hexadecimal digits`);
  }
  return new Uint8Array(Buffer.from(text, "hex"));
}
