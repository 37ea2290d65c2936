// Flashing on simulated Storage: the layout, the free slot, what is refused, and that refusing changes nothing.
import assert from "node:assert/strict";
import type { SimChip } from "../../../hal/sim/sim-chip.ts";
import { SimStorage } from "../../../hal/sim/sim-storage.ts";
import { BenchFault } from "../../../src/technician/faults.ts";
import { BundleFlasher } from "../../../src/technician/flash/flash-bundle.ts";
import { filesOf, layoutFor } from "../../../src/technician/flash/boot-layout.ts";
import { FlashError } from "../../../src/technician/flash/flash-error.ts";
import { nodeHash } from "../../support/node-hash.ts";
import { blankChip, bundleText, LOADER_BYTES, SimBoardStorage, SMALL, startHandheld } from "../../support/sim-boot.ts";
import { flashText } from "../../torture/flash/flash-cuts.ts";

const QUIET = { say: () => undefined, wrote: () => undefined };

async function refused(chip: SimChip, number: number, run: () => Promise<unknown>): Promise<void> {
  const before = chip.image.slice();
  await assert.rejects(run, (error) => error instanceof FlashError && error.number === number);
  assert.deepEqual(chip.image, before, "nothing was changed");
}

describe("flashing a bundle", () => {
  for (const pageBytes of [512, 1024, 4096]) {
    it(`lays contents on pages of ${pageBytes}, and the next header in front of one`, () => {
      const geometry = { start: 0, bytes: 1 << 20, pageBytes, slotBytes: 65_536 };
      const layout = layoutFor(geometry, LOADER_BYTES.length);
      const [, ...behind] = filesOf(layout);
      for (const file of behind) assert.equal(file.content % pageBytes, 0, file.name);
      assert.equal(layout.end % pageBytes, 0);
      // The page that the next file's header stands in is behind all that an update erases.
      assert.ok(layout.slots.b.header >= layout.slots.a.content + geometry.slotBytes);
      assert.ok(layout.end >= layout.slots.b.content + geometry.slotBytes);
      assert.ok(layout.slots.a.header >= layout.record.content + pageBytes);
    });
  }

  it("writes each bundle into the slot that is not up, and the same one not at all", async () => {
    const chip = blankChip(SMALL);
    for (const [name, slot] of [
      ["v1", "a"],
      ["v2", "b"],
      ["v3", "a"],
    ] as const) {
      assert.deepEqual(await flashText(chip, bundleText(name, "up")), { wasThere: false, slot });
      assert.equal(startHandheld(chip).bundle, name);
    }
    const { writes } = chip;
    assert.deepEqual(await flashText(chip, bundleText("v3", "up")), { wasThere: true, slot: "a" });
    assert.equal(chip.writes, writes);
  });

  it("keeps the last bundle that was up when another is flashed over a trial", async () => {
    const chip = blankChip(SMALL);
    await flashText(chip, bundleText("v1", "up"));
    startHandheld(chip);
    await flashText(chip, bundleText("bad", "throws"));
    assert.equal((await flashText(chip, bundleText("worse", "throws"))).slot, "b");
    startHandheld(chip);
    startHandheld(chip);
    assert.equal(startHandheld(chip).bundle, "v1");
  });

  it("begins a full record anew, again and again, and in the end says that it is worn", async () => {
    const chip = blankChip(SMALL);
    let updates = 0;
    await assert.rejects(
      async () => {
        for (; updates < 500; updates++) {
          await flashText(chip, bundleText(`v${updates}`, "up", 200));
          assert.equal(startHandheld(chip).bundle, `v${updates}`);
        }
      },
      (error) => error instanceof FlashError && error.number === BenchFault.FlashRecordWorn,
    );
    assert.ok(updates > 200, `${updates} updates`);
    assert.equal(startHandheld(chip).bundle, `v${updates - 1}`, "what was up starts on");
    assert.equal(chip.overprogrammed.length, 0);
  });

  it("refuses what it does not know, and erases it when told to; files behind the layout stay", async () => {
    const chip = blankChip(SMALL);
    new SimStorage(chip).write("key", new Uint8Array([1, 2, 3, 4]));
    await refused(chip, BenchFault.FlashNotEmpty, () => flashText(chip, bundleText("v1", "up")));
    await flashText(chip, bundleText("v1", "up"), { erase: true });
    assert.equal(startHandheld(chip).bundle, "v1");
    assert.equal(new SimStorage(chip).read("key"), undefined);
    new SimStorage(chip).write("key", new Uint8Array([1, 2, 3, 4]));
    await flashText(chip, bundleText("v2", "up"));
    assert.equal(startHandheld(chip).bundle, "v2");
    assert.equal(new SimStorage(chip).read("key"), "\x01\x02\x03\x04");
  });

  it("refuses a bundle that is empty or larger than a slot, and another board's Storage", async () => {
    const chip = blankChip(SMALL);
    await refused(chip, BenchFault.FlashTooLarge, () => flashText(chip, ""));
    await refused(chip, BenchFault.FlashTooLarge, () => flashText(chip, "x".repeat(SMALL.slotBytes + 1)));
    await flashText(chip.copy(), "x".repeat(SMALL.slotBytes));
    const geometry = { ...SMALL, bytes: 2 * SMALL.bytes };
    await refused(chip, BenchFault.FlashOtherStorage, () => flashText(chip, bundleText("v1", "up"), { geometry }));
  });

  it("says so when a word of the slot does not take its bits, and leaves the record as it was", async () => {
    const chip = blankChip(SMALL);
    await flashText(chip, bundleText("v1", "up"));
    startHandheld(chip);
    const layout = layoutFor(SMALL, LOADER_BYTES.length);
    chip.deadWords.add(layout.slots.b.content + 64);
    await assert.rejects(
      () => flashText(chip, bundleText("v2", "up")),
      (error) => error instanceof FlashError && error.number === BenchFault.FlashReadBack,
    );
    assert.equal(startHandheld(chip).bundle, "v1");
  });

  it("reports bytes as they are written", async () => {
    const lines: string[] = [];
    const progress = {
      ...QUIET,
      wrote: (name: string, bytes: number, of: number) => lines.push(`${name} ${bytes}/${of}`),
    };
    const bundle = new Uint8Array(Buffer.from(bundleText("v1", "up")));
    const order = { geometry: SMALL, loader: LOADER_BYTES, bundle, erase: false };
    await new BundleFlasher(new SimBoardStorage(blankChip(SMALL)), nodeHash, order, progress).flash();
    assert.equal(lines.at(-1), "parola.a 1500/1500");
  });
});
