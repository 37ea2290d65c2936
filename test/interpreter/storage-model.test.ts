// The simulated Storage against the interpreter's: the same random operations on both, power cuts in headers included,
// then a start; the whole flash is compared byte by byte. The seed is printed; PAROLA_SEED takes another one.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { POWER_CUT } from "../../hal/sim/host.ts";
import { SimChip } from "../../hal/sim/sim-chip.ts";
import { SimStorage } from "../../hal/sim/sim-storage.ts";
import { TEAR_SHAPES } from "../../hal/sim/tear.ts";
import { isInstalled, makeFolder, removeFolder, runScript } from "../support/interpreter-process.ts";
import { Random } from "../torture/random.ts";
import { testSeed } from "../torture/run-share.ts";

const BYTES = 256 * 1024;
const NAMES = ["key", "man.a", "led.a", "jrn.a", "past", ".boot9", "a-name-of-twenty-eight-chars"];
const RUNS = 30;

/** What both are asked to do. */
type Operation =
  | { do: "write"; name: string; bytes: number; byte: number; offset: number; size: number }
  | { do: "erase"; name: string }
  | { do: "compact" };

function operationsOf(random: Random): Operation[] {
  return Array.from({ length: 4 + random.below(30) }, () => {
    const name = random.pick(NAMES);
    const kind = random.below(10);
    if (kind < 2) return { do: "erase", name };
    if (kind === 2) return { do: "compact" };
    const bytes = 1 + random.below(kind === 3 ? 3000 : 200);
    const offset = kind < 7 ? 0 : 8 * (1 + random.below(400));
    const size = offset > 0 || kind === 4 ? 0 : bytes + random.below(20_000);
    return { do: "write", name, bytes, byte: random.below(255), offset, size };
  });
}

const line = (one: Operation): string =>
  one.do === "write"
    ? `try{s.write(${JSON.stringify(one.name)},new Uint8Array(${one.bytes}).fill(${one.byte}),${one.offset},${one.size})}catch(e){}`
    : `s.${one.do}(${one.do === "erase" ? JSON.stringify(one.name) : ""});`;

function run(storage: SimStorage, one: Operation): void {
  if (one.do === "erase") storage.erase(one.name);
  else if (one.do === "compact") storage.compact();
  else {
    try {
      storage.write(one.name, new Uint8Array(one.bytes).fill(one.byte), one.offset, one.size);
    } catch (error) {
      if (error instanceof Error && error.message === POWER_CUT) throw error;
    }
  }
}

/** Operations with a cut somewhere, on the simulated Storage alone; the image that is left. */
function tornImage(random: Random): Uint8Array {
  const chip = new SimChip(new Uint8Array(BYTES).fill(0xff));
  const storage = new SimStorage(chip);
  try {
    for (const one of operationsOf(random)) {
      if (random.below(4) === 0) chip.cutAtWrite({ write: 1 + random.below(3), tear: random.pick(TEAR_SHAPES) });
      run(storage, one);
    }
  } catch {
    chip.powerUp();
  }
  return chip.image;
}

describe("the simulated Storage and the interpreter's", function () {
  this.timeout(120_000);
  const seed = testSeed();
  let folder: string;

  before(function () {
    if (!isInstalled("espruino")) this.skip();
  });
  beforeEach(() => (folder = makeFolder()));
  afterEach(() => removeFolder(folder));

  /** Both start on the same flash, do the same, and must hold the same, read the same and count the same. */
  function compare(image: Uint8Array, operations: Operation[], name: string): void {
    const file = join(folder, "espruino.flash");
    writeFileSync(file, image);
    const reads = NAMES.map(
      (one) => `[(s.read(${JSON.stringify(one)})||"").length,E.CRC32(s.read(${JSON.stringify(one)})||"")]`,
    );
    const text = runScript(
      folder,
      `var s=require("Storage");\n${operations.map(line).join("\n")}\nprint("<<"+JSON.stringify([s.getFree(),${reads.join()}])+">>");quit();`,
    );
    const chip = new SimChip(image);
    const storage = new SimStorage(chip);
    for (const one of operations) run(storage, one);
    const real = new Uint8Array(readFileSync(file));
    const differs = real.findIndex((byte, i) => byte !== chip.image[i]);
    assert.equal(differs, -1, `${name}: the flash differs at ${differs}`);
    const [free, ...lengths] = JSON.parse(/<<(.*)>>/.exec(text)?.[1] ?? "[]") as [number, ...[number, number][]];
    assert.equal(storage.getFree(), free, `${name}: free`);
    const own = NAMES.map((one) => storage.read(one)?.length ?? 0);
    assert.deepEqual(
      own,
      lengths.map(([length]) => length),
      `${name}: what is there`,
    );
  }

  it(`agree after ${RUNS} rows of operations (seed ${seed})`, () => {
    for (let turn = 0; turn < RUNS; turn++) {
      const random = new Random(seed + turn);
      compare(new Uint8Array(BYTES).fill(0xff), operationsOf(random), `run ${turn}`);
    }
  });

  it(`agree after ${RUNS} power cuts, one start and more operations (seed ${seed})`, () => {
    for (let turn = 0; turn < RUNS; turn++) {
      const random = new Random(seed + 1000 + turn);
      compare(tornImage(random), operationsOf(random).slice(0, 6), `run ${turn}`);
    }
  });
});
