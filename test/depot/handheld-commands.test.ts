// `parola device ticket`, `lost`, `assign` and `roll-call` as real processes: what they print, write and answer.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { timeText } from "../../src/depot/calendar.ts";
import { decodeTicket } from "../../src/shared/ticket.ts";
import { type CommandOutcome, parola } from "../support/parola-command.ts";
import {
  importTestRound,
  loadedHandheld,
  makeTestDepot,
  TEST_DAY,
  TEST_DEVICE,
  TEST_URL,
  type TestDepot,
} from "../support/test-depot.ts";

describe("the commands for handhelds", function () {
  this.timeout(60_000);
  let test: TestDepot;
  const run = (...args: string[]): Promise<CommandOutcome> =>
    parola(args, { PAROLA_DATA: join(test.directory, "data"), PAROLA_NOW: timeText(test.clock.time_s) });
  const path = (name: string): string => join(test.directory, name);
  const keyEpoch = async () => (await test.depot.devices())[0]?.keyEpoch;

  beforeEach(async () => {
    test = await makeTestDepot();
    await importTestRound(test);
    await test.depot.addDevice(TEST_DEVICE, "blue");
  });
  afterEach(() => test.end());

  it("write a ticket that only its owner reads, and print no key", async () => {
    const done = await run("device", "ticket", "7", "--out", path("t.json"), "--depot-url", TEST_URL);
    assert.deepEqual([done.code, done.stderr], [0, ""]);
    assert.match(done.stdout, /^ticket for handheld 7 in .*t\.json, good for: giving it key 1\n/);
    assert.ok(!/[0-9a-f]{16}/.test(done.stdout), "nothing like a key is printed");
    assert.equal(statSync(path("t.json")).mode & 0o777, 0o600);
    const text = readFileSync(path("t.json"), "utf8");
    assert.deepEqual(decodeTicket(text), await test.depot.ticket(TEST_DEVICE, TEST_URL));
  });

  it("make no ticket over a file that is there, and raise no key for it, but with --force", async () => {
    const out = path("t.json");
    writeFileSync(out, "mine", { mode: 0o644 });
    const refused = await run("device", "ticket", "7", "--out", out, "--new-key");
    assert.deepEqual([refused.code, refused.stdout, readFileSync(out, "utf8")], [1, "", "mine"]);
    assert.match(refused.stderr, /exists already; --force/);
    assert.equal(await keyEpoch(), 1);
    const forced = await run("device", "ticket", "7", "--out", out, "--new-key", "--force");
    assert.equal(forced.code, 0);
    assert.match(forced.stdout, /work on handheld 7 under key 1, which it holds, and giving it key 2\n.*closed/);
    assert.equal(decodeTicket(readFileSync(out, "utf8")).provisioning?.keyEpoch, 2);
    assert.deepEqual([statSync(out).mode & 0o777, await keyEpoch()], [0o600, 2]);
  });

  it("leave no file behind when the depot refuses a ticket, and keep one that was there", async () => {
    const out = path("t.json");
    const unknown = await run("device", "ticket", "9", "--out", out);
    assert.match(unknown.stderr, /^parola: F914 /);
    assert.deepEqual([unknown.code, existsSync(out)], [1, false]);
    writeFileSync(out, "mine");
    const held = await run("device", "ticket", "7", "--out", out, "--held", "5", "--new-key", "--force");
    assert.match(held.stderr, /^parola: F916 /);
    assert.deepEqual([held.code, readFileSync(out, "utf8"), await keyEpoch()], [1, "mine", 1]);
    assert.ok(!readdirSync(test.directory).some((name) => name.endsWith(".part")));
    const nowhere = await run("device", "ticket", "7", "--out", path("none/t.json"), "--new-key");
    assert.match(nowhere.stderr, /cannot be written \(ENOENT\)/);
    assert.deepEqual([nowhere.code, await keyEpoch()], [1, 1]);
  });

  it("book a lost handheld once, with the platform's list", async () => {
    await loadedHandheld(test);
    const done = await run("lost", "7");
    assert.equal(done.code, 0);
    assert.match(done.stdout, /^handheld 7 booked as lost: key epoch 1 closed, 3 codes replaced\n/);
    assert.match(done.stdout, /^ {2}TBA000000000001 {2}2026-11-24 {2}code 1 -> 4$/m);
    assert.ok(!/\b\d{6}\b/.test(done.stdout), "no code is printed");
    const again = await run("device", "lost", "7");
    assert.deepEqual([again.code, again.stdout], [0, "handheld 7 was booked as lost before; nothing is changed\n"]);
    const json = JSON.parse((await run("lost", "7", "--json")).stdout) as Record<string, unknown>;
    assert.deepEqual(json, { device: 7, closedKeyEpoch: 1, wasLost: true, reissued: [] });
    assert.match((await run("lost", "9")).stderr, /^parola: F914 /);
  });

  it("keep a round for a handheld", async () => {
    const done = await run("assign", "7", "--round", "R1");
    assert.deepEqual([done.code, done.stdout], [0, 'round "R1" of 2026-11-24 is kept for handheld 7\n']);
    assert.deepEqual(await test.depot.roundFor(7, TEST_DAY), { round: "R1", how: "its own" });
    await test.depot.addDevice(8);
    const taken = await run("assign", "8", "--round", "R1", "--day", "2026-11-24");
    assert.deepEqual([taken.code, taken.stdout], [1, ""]);
    assert.match(taken.stderr, /^parola: F930 handheld 7 has round "R1"/);
    assert.equal((await run("assign", "8")).code, 2);
  });

  it("call the roll: 1 in the evening when one is out, in the morning when one is overdue or unsynced", async () => {
    const word = { unsent: 0, sequence: 1, journalEpoch: 1, battery: 80, firmware: 1 };
    const handheld = await loadedHandheld(test);
    await test.depot.dockArrived(TEST_DEVICE, word);
    const here = await run("roll-call", "--evening");
    assert.deepEqual([here.code, here.stderr], [0, ""]);
    assert.match(
      here.stdout,
      /^ {5}7 {2}blue .* here .* 80 % {2}in the dock since 2026-11-24T11:00:00Z, with round "R1" of 2026-11-24\n/,
    );
    assert.match(here.stdout, /\n2026-11-24, evening: 1 here\n$/);

    await test.depot.dockLeft(TEST_DEVICE);
    test.clock.time_s += 60;
    const out = await run("roll-call");
    assert.deepEqual([out.code, out.stdout.trimEnd().split("\n").at(-1)], [0, "2026-11-24, morning: 0 here, 1 out"]);
    const missing = await run("roll-call", "--evening");
    assert.match(missing.stdout, /out, UNSYNCED/);
    assert.equal(missing.code, 1);
    await handheld.sync((request) => test.depot.handleSync(request));
    const synced = await run("roll-call", "--evening");
    assert.match(synced.stdout, /evening: 0 here, 1 out\n$/);
    assert.equal(synced.code, 1, "one is out");

    const next = await run("roll-call", "--day", "2026-11-25", "--json");
    const answer = JSON.parse(next.stdout) as Record<string, unknown>;
    assert.deepEqual([next.code, answer["day"], answer["moment"]], [1, "2026-11-25", "morning"]);
    assert.deepEqual(answer["totals"], { here: 0, out: 0, overdue: 1, lost: 0, neverSeen: 0, unsynced: 0 });
    assert.equal((await run("roll-call", "--day", "soon")).code, 2);

    test.clock.time_s += 60;
    await test.depot.dockArrived(TEST_DEVICE, { ...word, unsent: 2 });
    assert.equal((await run("roll-call")).code, 1, "here, and its results are not taken");
  });
});
