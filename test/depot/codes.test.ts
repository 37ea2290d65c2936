// Codes: uniform, near-miss safe, never in plain in the database, and bound to their parcel.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { openCodeVault } from "../../src/depot/codes/code-vault.ts";
import { drawCode } from "../../src/depot/codes/draw-code.ts";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { type Entropy, systemEntropy } from "../../src/depot/surroundings.ts";
import { codeDigest, tagOf } from "../../src/shared/crypto/code-digest.ts";
import { hasNearMissCollision } from "../../src/shared/crypto/near-miss.ts";
import { openSqliteStore } from "../../src/depot/store/sqlite.ts";
import { bitFlips } from "../support/bit-flips.ts";
import { nodeHash } from "../support/node-hash.ts";
import {
  ASKED,
  buyerCode,
  fault,
  importTestRound,
  makeTestDepot,
  noon_s,
  statusOf,
  TEST_DAY,
  type TestDepot,
} from "../support/test-depot.ts";

const KEY = new Uint8Array(32).fill(3);

/** Entropy that always draws the same number for the digits. */
function fixedDigits(digits: number): Entropy {
  return { ...systemEntropy, below: () => digits };
}

describe("drawing a code", () => {
  it("asks for a number below a million, and keeps its leading zeros", () => {
    const asked: number[] = [];
    const entropy = { ...systemEntropy, below: (limit: number) => (asked.push(limit), 42) };
    assert.equal(drawCode(nodeHash, entropy, 11).digits, "000042");
    assert.deepEqual(asked, [1_000_000]);
  });

  it("draws uniform digits: each of the ten at each of the six places", () => {
    const draws = 20_000;
    const counts = Array.from({ length: 6 }, () => new Array<number>(10).fill(0));
    for (let i = 0; i < draws; i++) {
      const digits = String(systemEntropy.below(1_000_000)).padStart(6, "0");
      [...digits].forEach((digit, place) => counts[place]![Number(digit)]!++);
    }
    const expected = draws / 10;
    for (const place of counts) {
      const chiSquare = place.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
      // 9 degrees of freedom: beyond 45 in one of 10⁶ runs.
      assert.ok(chiSquare < 45, `chi² ${chiSquare}`);
    }
  });

  it("leaves no near miss with the same tag, at the width it is issued with", () => {
    for (const bits of [8, 11]) {
      for (let i = 0; i < 60; i++) {
        const code = drawCode(nodeHash, systemEntropy, bits);
        assert.equal(code.tagBits, bits);
        assert.equal(code.tag, tagOf(codeDigest(nodeHash, code.salt, code.digits), bits));
        assert.ok(!hasNearMissCollision(nodeHash, code.salt, code.digits, bits));
      }
    }
  });

  it("draws the salt again when a near miss has the same tag", () => {
    const digits = "123456";
    const salts = Array.from({ length: 4000 }, (_, i) => nodeHash.sha256(Uint8Array.of(i, i >> 8)).slice(0, 16));
    const bad = salts.find((salt) => hasNearMissCollision(nodeHash, salt, digits, 11));
    const good = salts.find((salt) => !hasNearMissCollision(nodeHash, salt, digits, 11));
    assert.ok(bad !== undefined && good !== undefined);
    const drawn = [bad, bad, good];
    const entropy = { ...fixedDigits(123_456), bytes: () => drawn.shift() ?? new Uint8Array(16) };
    assert.deepEqual(drawCode(nodeHash, entropy, 11).salt, good);
    assert.equal(drawn.length, 0);
  });

  it("draws 1.03 salts a code at 11 bits", () => {
    let draws = 0;
    const entropy = { ...systemEntropy, bytes: (count: number) => (draws++, systemEntropy.bytes(count)) };
    for (let i = 0; i < 1000; i++) drawCode(nodeHash, entropy, 11);
    assert.ok(draws >= 1000 && draws < 1080, `${draws} for 1000`);
  });
});

describe("the code vault", () => {
  const vault = openCodeVault(KEY, nobleHash, systemEntropy);

  it("gives back what it was given, sealed differently each time", () => {
    const [one, two] = [vault.seal("004711", 5, 9), vault.seal("004711", 5, 9)];
    assert.equal(vault.open(one, 5, 9), "004711");
    assert.notDeepEqual(one, two);
  });

  it("opens a box under its own code, parcel and master key only", () => {
    const box = vault.seal("004711", 5, 9);
    assert.throws(() => vault.open(box, 6, 9), fault(929, /code 6/));
    assert.throws(() => vault.open(box, 5, 8), fault(929));
    const other = openCodeVault(new Uint8Array(32).fill(4), nobleHash, systemEntropy);
    assert.throws(() => other.open(box, 5, 9), fault(929));
    assert.throws(() => vault.open(box.subarray(1), 5, 9), fault(929));
    assert.throws(() => vault.open(new Uint8Array(0), 5, 9), fault(929));
  });

  it("opens no altered box", () => {
    const box = vault.seal("004711", 5, 9);
    for (const { bit, flipped } of bitFlips(box)) {
      assert.throws(() => vault.open(flipped, 5, 9), fault(929), `bit ${bit}`);
    }
  });
});

describe("codes in the books", () => {
  let test: TestDepot;
  afterEach(() => test.end());

  it("never stand in the database or its log in plain", async () => {
    test = await makeTestDepot({}, fixedDigits(739_182));
    await importTestRound(test);
    assert.equal(await buyerCode(test.depot, ASKED), "739182");
    const data = join(test.directory, "data");
    const files = readdirSync(data).filter((name) => name.startsWith("depot.sqlite"));
    assert.ok(files.length >= 1);
    for (const name of files) assert.equal(readFileSync(join(data, name)).indexOf("739182"), -1, name);
  });

  it("have ids and salts of their own for ever", async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    for (let i = 0; i < 5; i++) await test.depot.reissue(ASKED);
    await importTestRound(test, TEST_DAY + 1);
    const store = await openSqliteStore(join(test.directory, "data", "depot.sqlite"));
    const codes = await store.transaction(async (tx) => [
      ...(await tx.codes.ofDay(TEST_DAY)),
      ...(await tx.codes.ofDay(TEST_DAY + 1)),
    ]);
    await store.close();
    assert.equal(codes.length, 11);
    assert.equal(new Set(codes.map((code) => code.id)).size, 11);
    assert.equal(new Set(codes.map((code) => Buffer.from(code.salt).toString("hex"))).size, 11);
    assert.equal(codes.filter((code) => code.state === "live").length, 6);
    const chain = codes.filter((code) => code.parcel === codes[0]?.parcel);
    assert.deepEqual(
      chain.slice(0, -1).map((code) => [code.state, code.successor]),
      chain.slice(1).map((code) => ["void", code.id]),
    );
  });

  it("are shown to the buyer until delivered, and not after their day", async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    assert.match((await test.depot.track(ASKED)).advice ?? "", /never by phone/);
    const plain = await test.depot.track("TBA000000000003");
    assert.deepEqual([plain.code, plain.advice, plain.status], [undefined, undefined, "on its way"]);
    test.clock.time_s = noon_s(TEST_DAY + 1);
    assert.equal((await test.depot.track(ASKED)).code, undefined);
    assert.equal(await statusOf(test.depot, ASKED), "open");
    await assert.rejects(test.depot.track("TBA999999999999"), fault(920, /TBA999999999999/));
    await assert.rejects(test.depot.track(ASKED, TEST_DAY + 9), fault(920, /2026-12-03/));
  });
});
