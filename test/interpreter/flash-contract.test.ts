// The flash contract on the interpreter's Storage: the cases of test/cases/flash.cases.ts, compiled and run there over
// hal/portable/storage-flash.ts, each on an erased Storage.
import assert from "node:assert/strict";
import { join } from "node:path";
import { compile } from "../../scripts/build/compile.ts";
import { ROOT } from "../../scripts/build/project.ts";
import { FLASH_CASES } from "../cases/flash.cases.ts";
import { runOnInterpreter } from "../support/interpreter.ts";

const ENTRY = `
import { StorageFlash } from "./hal/portable/storage-flash.ts";
import { runFlashCase } from "./test/cases/run-flash-case.ts";
const storage = require("Storage");
const flash = require("Flash");
const ground = {
  start: 0x10000000,
  bytes: 262144,
  pageBytes: 1024,
  read: (length: number, address: number) => flash.read(length, address),
  write: (data: Uint8Array, address: number) => flash.write(data, address),
  erase: (address: number) => flash.erasePage(address),
  toBytes: (text: string) => E.toUint8Array(text),
  toText: (bytes: Uint8Array) => E.toString(bytes),
};
for (const steps of ${JSON.stringify(FLASH_CASES.map(({ steps }) => steps))}) {
  storage.eraseAll();
  print("result:" + runFlashCase(new StorageFlash(storage, ground), steps));
}
`;

describe("the interpreter's Storage", () => {
  let results: string[] = [];

  before(async function () {
    this.timeout(60_000);
    const script = await compile({ entry: ENTRY, path: join(ROOT, "flash-test.entry.ts"), name: "flash test" });
    results = runOnInterpreter(script, 60_000)
      .split("\n")
      .filter((line) => line.startsWith("result:"));
  });

  FLASH_CASES.forEach(({ name }, i) => {
    it(name, () => assert.equal(results[i], "result:"));
  });
});
