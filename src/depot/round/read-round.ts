// Finds out which shape a round file has and reads it. Reads files only: nothing is stored here.
import { existsSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Hash } from "../../shared/crypto/hash.ts";
import { DepotError } from "../depot-error.ts";
import { DepotFault } from "../faults.ts";
import { readCsvRound } from "./csv-round.ts";
import { readJsonRound } from "./json-round.ts";
import type { ParsedRound, RoundWish } from "./parsed-round.ts";

const PACKAGES = "package_data.json";

/** Everything the importing person may say. */
export interface ImportWish extends RoundWish {
  /** Which route of a JSON file. */
  route: string | undefined;
}

function read(path: string): { bytes: Uint8Array; file: string } {
  try {
    return { bytes: readFileSync(path), file: basename(path) };
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    throw new DepotError(DepotFault.RoundFile, `${path}: cannot be read (${code})`);
  }
}

function readBeside(path: string, name: string): { bytes: Uint8Array; file: string } | undefined {
  const other = join(dirname(path), name);
  return existsSync(other) ? read(other) : undefined;
}

/**
 * Reads a round: a `.json` file or a directory with package_data.json in the data set's shape, anything else as CSV.
 * @param threshold_cents from which value on a parcel needs a code: the JSON shape's values are made up around it
 * @throws DepotError 905…912
 */
export function readRound(hash: Hash, path: string, wish: ImportWish, threshold_cents: number): ParsedRound {
  const isDirectory = existsSync(path) && statSync(path).isDirectory();
  const file = isDirectory ? join(path, PACKAGES) : path;
  if (!file.toLowerCase().endsWith(".json")) {
    const { bytes, file: name } = read(file);
    return readCsvRound(bytes, name, wish);
  }
  const files = {
    packages: read(file),
    routes: readBeside(file, "route_data.json"),
    sequences: readBeside(file, "actual_sequences.json"),
  };
  return readJsonRound(hash, files, { ...wish, threshold_cents: threshold_cents });
}
