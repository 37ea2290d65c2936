// The files that flashing puts onto a handheld: the board's bundle, from dist/, and the loader, from firmware/. A bundle
// that does not agree with its own description is never given out.
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { crc32 } from "node:zlib";
import { BenchFault } from "../faults.ts";
import type { StorageGeometry } from "./boot-layout.ts";
import type { FlashOrder } from "./flash-bundle.ts";
import { FlashError } from "./flash-error.ts";

const ROOT = resolve(import.meta.dirname, "../../..");

/** Storage name of the first slot; a handheld flashed by another tool has its bundle there, and no boot record. */
export const BUNDLE_NAME = "parola.a";
/** Storage name of the loader: the interpreter runs it at every start. */
export const LOADER_NAME = ".boot0";

/** A Storage file as text. */
export interface TextFile {
  name: string;
  /** ASCII. */
  text: string;
}

/** A board's bundle and what its description says. */
export interface BoardBundle extends TextFile {
  version: string;
  board: string;
  /** What the interpreter of this board calls itself in `process.env.BOARD`. */
  interpreter: string;
  geometry: StorageGeometry;
}

interface BundleDescription {
  version: string;
  bytes: number;
  crc32: string;
  interpreter?: string;
  storage?: { start: number; bytes: number; page_bytes: number; slot_bytes: number };
}

function read(path: string, hint: string): string {
  try {
    return readFileSync(path, "latin1");
  } catch {
    throw new FlashError(BenchFault.FlashBundle, `${path} is missing; ${hint}`);
  }
}

/** Blanks around an operator: the loader has no text in which such a thing stands. */
const SPACED = / ([-+*/=<>!&|?:]+) /g;

/** The loader without its comments and blanks: the interpreter reads the text anew at every start. */
export function loaderFile(): TextFile {
  const source = read(join(ROOT, "firmware/loader.js"), "the checkout is incomplete");
  const lines = source.split("\n").map((line) => line.trim());
  const code = lines.filter((line) => line !== "" && !line.startsWith("//") && !line.startsWith("/*"));
  return { name: LOADER_NAME, text: `${code.join("\n").replaceAll(SPACED, "$1")}\n` };
}

function checkAscii(board: string, text: string): void {
  const at = text.search(/[^\n\x20-\x7e]/);
  if (at < 0) return;
  const code = text.charCodeAt(at).toString(16).padStart(2, "0");
  throw new FlashError(BenchFault.FlashBundle, `dist/${board}/bundle.js: character 0x${code} at ${at} is not ASCII`);
}

/**
 * The bundle of a board.
 * @param dist folder of the built boards
 * @throws FlashError 1005 when it was not built, or differs from its bundle.json
 */
export function bundleFile(board: string, dist: string = join(ROOT, "dist")): BoardBundle {
  const hint = `run: npm run build -- ${board}`;
  if (!/^[a-z0-9-]+$/.test(board)) throw new FlashError(BenchFault.FlashBundle, `"${board}" is no board's name`);
  const text = read(join(dist, board, "bundle.js"), hint);
  const described = description(read(join(dist, board, "bundle.json"), hint));
  const sum = crc32(Buffer.from(text, "latin1")).toString(16).padStart(8, "0");
  if (text.length !== described?.bytes || sum !== described.crc32) {
    const words = `dist/${board}: bundle.js and bundle.json do not belong together; ${hint}`;
    throw new FlashError(BenchFault.FlashBundle, words);
  }
  checkAscii(board, text);
  const { storage, version, interpreter = board } = described;
  if (storage === undefined) {
    throw new FlashError(BenchFault.FlashBundle, `dist/${board}/bundle.json does not describe the board's Storage`);
  }
  const { start, bytes, page_bytes: pageBytes, slot_bytes: slotBytes } = storage;
  return { name: BUNDLE_NAME, text, version, board, interpreter, geometry: { start, bytes, pageBytes, slotBytes } };
}

function description(text: string): BundleDescription | undefined {
  try {
    return JSON.parse(text) as BundleDescription;
  } catch {
    return undefined;
  }
}

/** The order to flash a bundle, with the loader that belongs to it. */
export function flashOrder(bundle: BoardBundle, erase: boolean): FlashOrder {
  const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));
  return { geometry: bundle.geometry, loader: bytesOf(loaderFile().text), bundle: bytesOf(bundle.text), erase };
}
