// The ports of a machine, looked at again and again, and the line that sums a hall up.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Tally, totalsWords } from "../../../src/dock/hall/tally.ts";
import { namedPorts, serialNodes, watchPorts } from "../../../src/dock/watch-ports.ts";

describe("the ports of a machine", () => {
  it("are the nodes of USB serial ports, by number", () => {
    const folder = mkdtempSync(join(tmpdir(), "parola-ports-"));
    try {
      for (const name of ["ttyUSB10", "ttyUSB2", "ttyACM0", "ttyS0", "tty1", "ttyUSBx", "null"]) {
        writeFileSync(join(folder, name), "");
      }
      assert.deepEqual(
        serialNodes(folder),
        ["ttyACM0", "ttyUSB2", "ttyUSB10"].map((name) => join(folder, name)),
      );
      const there = join(folder, "ttyS0");
      const named = [there, join(folder, "gone"), "tcp://127.0.0.1:1", "COM3"];
      assert.deepEqual(namedPorts(named), [there, "tcp://127.0.0.1:1", "COM3"]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("are looked at until stopped, failures told and survived", async () => {
    const answers: (string[] | Error)[] = [["a"], new Error("no list"), ["a", "b"]];
    const told: string[] = [];
    await new Promise<void>((resolve) => {
      const stop = watchPorts(
        () => {
          const answer = answers.shift() ?? [];
          return answer instanceof Error ? Promise.reject(answer) : answer;
        },
        (addresses) => {
          told.push(addresses.join("+"));
          if (answers.length > 0) return;
          stop();
          resolve();
        },
        (error) => told.push(error.message),
        1,
      );
    });
    await new Promise((resolve) => setTimeout(resolve, 5));
    assert.deepEqual(told, ["a", "no list", "a+b"]);
  });
});

describe("the tally of a hall", () => {
  it("counts the last verdict of each handheld, wherever it is plugged in", () => {
    const tally = new Tally();
    tally.said("a", 7);
    assert.equal(totalsWords(tally.totals()), "0 of 1 ready, 1 loading");
    tally.proved("a", 7);
    tally.concluded("a", 7, "refused");
    tally.said("b", 7);
    tally.proved("b", 7);
    tally.concluded("b", 7, "ready");
    assert.equal(totalsWords(tally.totals()), "1 of 1 ready");
  });

  it("keeps apart who has not proven a number, until that number is proven elsewhere", () => {
    const tally = new Tally();
    tally.said("a", 7);
    tally.concluded("a", undefined, "pulled out");
    tally.said("c", 8);
    tally.concluded("c", undefined, "unknown device");
    tally.said("b", 7);
    tally.proved("b", 7);
    tally.concluded("b", 7, "already loaded");
    assert.equal(totalsWords(tally.totals()), "1 of 2 ready, 1 unknown");
  });

  it("does not count ports as handhelds, and forgets those that go", () => {
    const tally = new Tally();
    tally.concluded("a", undefined, "no handheld");
    assert.equal(totalsWords(tally.totals()), "no handheld, 1 port without a handheld");
    tally.portGone("a");
    assert.equal(totalsWords(tally.totals()), "no handheld");
  });
});
