// The two files of a handheld's firmware: the board's bundle and the loader that starts it. Read from dist/ and
// firmware/; a bundle that does not agree with its own description is never given out.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { checkAscii, type StorageFile } from "./storage-file.ts";

const ROOT = resolve(import.meta.dirname, "../..");

/** Storage name of the bundle. */
export const BUNDLE_NAME = "parola.a";
/** Storage name of the loader: the interpreter runs it at every start. */
export const LOADER_NAME = ".boot0";

interface BundleDescription {
  version: string;
  bytes: number;
  crc32: string;
}

function read(path: string, hint: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    throw new Error(`${path} is missing; ${hint}`);
  }
}

/** The loader without its comments. */
export function loaderFile(): StorageFile {
  const source = read(join(ROOT, "firmware/loader.js"), "the checkout is incomplete");
  const lines = source.split("\n").filter((line) => line !== "" && !line.startsWith("//"));
  return { name: LOADER_NAME, text: `${lines.join("\n")}\n` };
}

/**
 * The bundle of a board.
 * @throws Error when it was not built, or differs from its bundle.json
 */
export function bundleFile(board: string, dist: string = join(ROOT, "dist")): StorageFile & { version: string } {
  const hint = `run: npm run build -- ${board}`;
  const text = read(join(dist, board, "bundle.js"), hint);
  const described = JSON.parse(read(join(dist, board, "bundle.json"), hint)) as BundleDescription;
  const sum = crc32(Buffer.from(text, "latin1")).toString(16).padStart(8, "0");
  if (text.length !== described.bytes || sum !== described.crc32) {
    throw new Error(`dist/${board}: bundle.js and bundle.json do not belong together; ${hint}`);
  }
  const file = { name: BUNDLE_NAME, text, version: described.version };
  checkAscii(file);
  return file;
}
