// firmware/loader.js by the rules of SPEC.md §11.1, on simulated Storage: each rule by itself, and against the host's own
// reading of the same record.
import assert from "node:assert/strict";
import type { SimChip } from "../../../hal/sim/sim-chip.ts";
import { SimStorage } from "../../../hal/sim/sim-storage.ts";
import { BootKind, encodeBootCell } from "../../../src/shared/wire/boot-record.ts";
import { chooseBundle } from "../../../src/technician/flash/boot-choice.ts";
import { layoutFor } from "../../../src/technician/flash/boot-layout.ts";
import { nodeHash } from "../../support/node-hash.ts";
import {
  blankChip,
  bundleText,
  LOADER_BYTES,
  SimBoardStorage,
  SMALL,
  type Start,
  startHandheld,
} from "../../support/sim-boot.ts";
import { flashText } from "../../torture/flash/flash-cuts.ts";

const LAYOUT = layoutFor(SMALL, LOADER_BYTES.length);

function flipBit(bytes: Uint8Array, at: number): void {
  bytes.set([(bytes[at] ?? 0) ^ 1], at);
}

function cellsOf(chip: SimChip): string[] {
  const kinds = ["", "Try", "Start", "Up"];
  const found = [];
  for (let at = LAYOUT.record.content; chip.image[at] !== 0xff; at += 16) {
    found.push(`${kinds[chip.image[at] ?? 0]} ${String.fromCharCode(chip.image[at + 1] ?? 0)}`);
  }
  return found;
}

/** What the host reads from the same record: the slot that would start. */
async function hostChoice(chip: SimChip): Promise<string> {
  const storage = new SimBoardStorage(chip);
  const record = await storage.read(LAYOUT.record.content, LAYOUT.record.size);
  const choice = await chooseBundle(nodeHash, record, SMALL.pageBytes, (slot, length) =>
    storage.sum(LAYOUT.slots[slot], length),
  );
  return choice.starts?.slot ?? "";
}

async function startLikeHost(chip: SimChip): Promise<Start> {
  const expected = await hostChoice(chip);
  const start = startHandheld(chip);
  assert.equal(start.slot, expected, "loader and host read the record alike");
  return start;
}

describe("the loader", () => {
  let chip: SimChip;

  beforeEach(async () => {
    chip = blankChip(SMALL);
    await flashText(chip, bundleText("v1", "up"));
  });

  it("starts a tried bundle under the watchdog, and an up one without it", async () => {
    const first = await startLikeHost(chip);
    assert.deepEqual([first.bundle, first.slot, first.watchdog, first.timer_ms], ["v1", "a", true, undefined]);
    assert.deepEqual(cellsOf(chip), ["Try a", "Start a", "Up a"]);
    const second = await startLikeHost(chip);
    assert.deepEqual([second.bundle, second.watchdog], ["v1", false]);
    assert.deepEqual(cellsOf(chip), ["Try a", "Start a", "Up a"], "it writes no more");
    assert.equal(second.slotSums, 1, "one sum over a slot");
  });

  it("gives a bundle that throws two starts, each ended by a reboot", async () => {
    startHandheld(chip);
    await flashText(chip, bundleText("bad", "throws"));
    for (const _ of [1, 2]) {
      const start = await startLikeHost(chip);
      assert.deepEqual([start.bundle, start.rebooted], ["bad", true]);
    }
    assert.equal((await startLikeHost(chip)).bundle, "v1");
    assert.deepEqual(cellsOf(chip).slice(3), ["Try b", "Start b", "Start b"]);
  });

  it("leaves a minute's timer to a bundle that does not say it is up, until it does", async () => {
    startHandheld(chip);
    await flashText(chip, bundleText("slow", "silent"));
    const start = await startLikeHost(chip);
    assert.equal(start.timer_ms, 60_000);
    start.up();
    start.up();
    assert.deepEqual(cellsOf(chip).slice(3), ["Try b", "Start b", "Up b"], "said once");
    assert.equal((await startLikeHost(chip)).bundle, "slow");
  });

  it("does not reboot at once a bundle that was up before and throws: the console is back for a minute", async () => {
    chip = blankChip(SMALL);
    await flashText(chip, bundleText("v1", "throws"));
    startHandheld(chip).up();
    const start = await startLikeHost(chip);
    assert.deepEqual([start.rebooted, start.timer_ms, start.console], [false, 60_000, "USB"]);
    assert.match(String(start.thrown), /bundle throws/);
    await flashText(chip, bundleText("late", "up then throws"));
    const trial = startHandheld(chip);
    assert.deepEqual([trial.rebooted, trial.console], [false, undefined], "thrown behind its Up");
  });

  it("starts nothing when no cell counts, and the stock tool's bundle when there is no record", () => {
    flipBit(chip.image, LAYOUT.slots.a.content + 700); // the slot is not what the record says
    assert.equal(startHandheld(chip).bundle, undefined);
    const stock = blankChip(SMALL);
    new SimStorage(stock).write("parola.a", new Uint8Array(Buffer.from("stock|silent|")));
    const start = startHandheld(stock);
    assert.deepEqual([start.bundle, start.slot, start.timer_ms], ["stock", "", undefined]);
    assert.equal(startHandheld(blankChip(SMALL)).bundle, undefined);
  });

  it("goes back when the newer bundle does not read back any more", async () => {
    startHandheld(chip);
    await flashText(chip, bundleText("v2", "up"));
    startHandheld(chip);
    flipBit(chip.image, LAYOUT.slots.b.content + 3);
    assert.equal((await startLikeHost(chip)).bundle, "v1");
  });

  it("reads over cells whose check does not hold, and never writes over one", async () => {
    startHandheld(chip);
    const torn = encodeBootCell(nodeHash, { kind: BootKind.Up, slot: "b", length: 5, sum: 5 });
    flipBit(torn, 14);
    chip.program(LAYOUT.record.content + 48, torn);
    assert.equal((await startLikeHost(chip)).bundle, "v1");
    await flashText(chip, bundleText("v2", "up"));
    assert.equal((await startLikeHost(chip)).bundle, "v2");
    assert.equal(chip.overprogrammed.length, 0);
  });

  it("does not start a trial that it cannot write down", async () => {
    startHandheld(chip);
    await flashText(chip, bundleText("bad", "silent"));
    for (let at = 0; at < 16; at += 4) chip.deadWords.add(LAYOUT.record.content + 64 + at);
    const start = startHandheld(chip);
    assert.deepEqual([start.bundle, start.watchdog], ["v1", false]);
  });

  it("agrees with the host on records of random cells", async () => {
    startHandheld(chip);
    await flashText(chip, bundleText("v2", "silent"));
    const held = { a: bundleText("v1", "up"), b: bundleText("v2", "silent") };
    let seed = 7;
    const draw = (below: number): number => (seed = (seed * 48271) % 2147483647) % below;
    for (let round = 0; round < 150; round++) {
      const page = new Uint8Array(SMALL.pageBytes).fill(0xff);
      const count = draw(20);
      for (let n = 0; n < count; n++) {
        const slot = draw(2) === 0 ? "a" : "b";
        const sum = draw(4) === 0 ? draw(1000) : nodeHash.crc32(new Uint8Array(Buffer.from(held[slot])));
        const cell = encodeBootCell(nodeHash, { kind: 1 + draw(3), slot, length: held[slot].length, sum });
        if (draw(8) === 0) flipBit(cell, draw(16));
        page.set(cell, n * 16);
      }
      const one = chip.copy();
      one.erasePage(LAYOUT.record.content);
      one.program(LAYOUT.record.content, page);
      await startLikeHost(one);
    }
  });
});
