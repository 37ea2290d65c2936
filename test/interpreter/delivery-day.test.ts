// The whole slice on the real interpreter: the linux bundle flashed into its Storage, started from .boot0 without
// arguments, console off, against a real depot process. The same day as test/scenario plays on the simulator.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../scripts/build/project.ts";
import { readExport } from "../../scripts/build/bundle-modules.ts";
import type { BoardBudget } from "../../hal/contract/board.ts";
import type { BenchHandheld } from "../../src/dock/bench-handheld.ts";
import { deliveryDay, DEVICE } from "../scenario/delivery-day.ts";
import { DepotProcess, localDay, noonZone } from "../scenario/depot-process.ts";
import type { Door } from "../scenario/door.ts";
import { importRound } from "../scenario/round.ts";
import { LinuxHandheld } from "../support/linux-handheld.ts";

/** Keys, scans and screen over the bench port; a new connection after each start. */
class LinuxDoor implements Door {
  /** Most variables seen in use after any key. */
  peak = 0;
  private readonly handheld: LinuxHandheld;
  private bench: BenchHandheld;

  constructor(handheld: LinuxHandheld, bench: BenchHandheld) {
    this.handheld = handheld;
    this.bench = bench;
  }

  async press(key: number): Promise<void> {
    await this.bench.press(key);
    this.peak = Math.max(this.peak, await this.bench.variables());
  }

  type(digits: string): Promise<void> {
    return this.bench.type(digits);
  }

  scan(label: string): Promise<void> {
    return this.bench.scan(label);
  }

  scanRaw(raw: string): Promise<void> {
    return this.bench.scanRaw(Buffer.from(raw, "latin1"));
  }

  screen(): Promise<string[]> {
    return this.bench.screen();
  }

  link(up: boolean): Promise<void> {
    return this.bench.link(up);
  }

  async cutPower(): Promise<void> {
    await this.handheld.kill();
    this.bench = await this.handheld.start();
    await this.bench.link(false);
  }
}

describe("a delivery day on the real interpreter", function () {
  this.timeout(600_000);
  const depot = new DepotProcess();
  let handheld: LinuxHandheld | undefined;
  after(async () => {
    await handheld?.remove();
    await depot.remove();
  });

  it("gives every verdict and ends with books that agree with an independent tally", async () => {
    await depot.parola("init", "--name", "Test depot", "--timezone", noonZone());
    await depot.parola("device", "add", String(DEVICE));
    const round = await importRound(depot, localDay());
    await depot.serve();
    const linux = await LinuxHandheld.make(readFileSync(join(ROOT, "dist/linux/bundle.js"), "latin1"));
    handheld = linux;
    const door = new LinuxDoor(linux, await linux.start());
    const load = (day: string): Promise<string> => {
      const to = ["--to", `tcp://127.0.0.1:${linux.port}`, "--depot-url", depot.url, "--maintenance"];
      return depot.parola("load", "--device", String(DEVICE), "--day", day, ...to);
    };
    console.log(`      # ${round}`);
    await deliveryDay({ door, depot, load, say: (line) => console.log(`      # ${line}`) });
    const budget = (await readExport(join(ROOT, "firmware/boards/linux.board.ts"), "budget")) as BoardBudget;
    console.log(`      # variables at most ${door.peak}, budget ${budget.variables_peak}`);
    assert.ok(door.peak > 0 && door.peak <= budget.variables_peak, `variables: ${door.peak}`);
  });
});
