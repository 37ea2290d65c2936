// The data directory: made once, opened only when it is whole and its master key is its owner's alone.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { initDepot, openDepot } from "../../src/depot/open-depot.ts";
import { DEFAULT_SETTINGS } from "../../src/depot/settings.ts";
import { fault } from "../support/test-depot.ts";

describe("the data directory", () => {
  let directory: string;
  let key: string;
  beforeEach(() => {
    directory = join(mkdtempSync(join(tmpdir(), "parola-open-")), "data");
    key = join(directory, "master.key");
  });
  afterEach(() => rmSync(join(directory, ".."), { recursive: true, force: true }));

  it("is made with its settings and a key that only its owner reads", async () => {
    const depot = await initDepot(directory, { name: "Nord", timeZone: "Europe/Rome", threshold_cents: 5000 });
    await depot.close();
    assert.equal(statSync(key).mode & 0o777, 0o600);
    assert.equal(statSync(join(directory, "depot.sqlite")).mode & 0o777, 0o600);
    assert.match(readFileSync(key, "latin1"), /^[0-9a-f]{64}\n$/);
    const again = await openDepot(directory);
    const expected = { ...DEFAULT_SETTINGS, name: "Nord", timeZone: "Europe/Rome", threshold_cents: 5000 };
    assert.deepEqual(await again.settings(), expected);
    await again.close();
    await again.close();
  });

  it("has another key each time", async () => {
    await (await initDepot(directory)).close();
    const other = join(directory, "..", "other");
    await (await initDepot(other)).close();
    assert.notEqual(readFileSync(key, "latin1"), readFileSync(join(other, "master.key"), "latin1"));
  });

  it("is never made twice, and nothing of the first is touched", async () => {
    await (await initDepot(directory)).close();
    const before = readFileSync(key, "latin1");
    await assert.rejects(initDepot(directory), fault(902, /already/));
    rmSync(join(directory, "depot.sqlite"));
    await assert.rejects(initDepot(directory), fault(902, /already/));
    assert.equal(readFileSync(key, "latin1"), before);
  });

  it("is refused when there is none, or its key is missing, damaged or open to others", async () => {
    await assert.rejects(openDepot(directory), fault(902, /parola init/));
    await (await initDepot(directory)).close();
    for (const mode of [0o640, 0o604, 0o660, 0o644]) {
      chmodSync(key, mode);
      await assert.rejects(openDepot(directory), fault(903, /chmod 600/));
    }
    chmodSync(key, 0o600);
    const good = readFileSync(key, "latin1");
    for (const text of ["", good.slice(1), good.toUpperCase().replace(/^./, "G"), `${good}00`]) {
      writeFileSync(key, text);
      await assert.rejects(openDepot(directory), (error: Error) => {
        assert.ok(fault(903)(error) && !error.message.includes(good.slice(1, 9)), "the key is not in the message");
        return true;
      });
    }
    rmSync(key);
    await assert.rejects(openDepot(directory), fault(903, /cannot be read/));
  });

  it("is not made with settings out of range", async () => {
    const wrong = [
      { name: " " },
      { timeZone: "Europe/Nowhere" },
      { triesPerCode: 0 },
      { triesPerDevice: 100 },
      { releasesPerLock: 3 },
      { tagBits: 20 },
      { tagBits: 7 },
      { threshold_cents: 0.5 },
      { threshold_cents: -1 },
      { language: "EN" },
    ];
    for (const settings of wrong) {
      const name = Object.keys(settings)[0] ?? "";
      await assert.rejects(initDepot(directory, settings), fault(904, new RegExp(name)));
    }
    assert.ok(!existsSync(directory));
  });
});
