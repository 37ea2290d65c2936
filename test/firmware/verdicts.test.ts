// Every verdict on the whole simulated handheld, running the built bundle: what the courier sees, what the depot is told.
import assert from "node:assert/strict";
import { Key } from "../../hal/contract/keypad.ts";
import { releaseAnswer, releaseChallenge } from "../../src/shared/crypto/release.ts";
import { writeU16 } from "../../src/shared/wire/bytes.ts";
import { Reason, RecordFlag, RecordType } from "../../src/shared/wire/journal.ts";
import { UpdateKind } from "../../src/shared/wire/update.ts";
import { type LoadedHandheld, loadedHandheld } from "../support/loaded-handheld.ts";
import { nodeHash } from "../support/node-hash.ts";
import {
  codeIdAt,
  DAY,
  DAY_START_S,
  manyParcels,
  NOON_S,
  parcelIdAt,
  sealRound,
  testKey,
  testSalt,
  testTag,
  type TestParcel,
  wrongDigits,
} from "../support/test-round.ts";

const CODE = "482913";
const LABEL = "TBA000000000001";
const ONE: TestParcel[] = [{ tracking: LABEL, code: CODE }];
const WRONG = wrongDigits(codeIdAt(0), CODE, 12);
const EPOCH = 501;

describe("the verdict", () => {
  let loaded: LoadedHandheld;

  const start = (parcels: readonly TestParcel[] = ONE): void => {
    loaded = loadedHandheld({ parcels });
  };
  const scanned = (label = LABEL): string[] => {
    loaded.scan(label);
    return loaded.screen();
  };
  /** Types of the records that the depot has after a sync at the dock. */
  const told = (): RecordType[] => {
    assert.equal(loaded.dockSync(), 0);
    return loaded.depot.bodies(EPOCH).map(({ type }) => type);
  };

  it("accepted, then handed over: two records, one proof", () => {
    start();
    assert.deepEqual(loaded.tryCode(LABEL, CODE).slice(0, 2), ["ACCEPTED", "YES"]);
    assert.deepEqual(told(), [RecordType.Accepted]);
    loaded.press(Key.Enter);
    assert.equal(loaded.title(), "NOTED");
    assert.deepEqual(told(), [RecordType.Accepted, RecordType.HandedOver]);
    assert.ok(loaded.depot.bodies(EPOCH)[0]!.proof.some((byte) => byte !== 0));
  });

  it("wrong, with the tries that are left; then locked", () => {
    start();
    assert.deepEqual(loaded.tryCode(LABEL, WRONG[0]!).slice(0, 4), [
      "WRONG CODE",
      "WRONG",
      "Keep the parcel.",
      "2 tries left.",
    ]);
    loaded.press(Key.Enter, Key.Enter);
    loaded.type(WRONG[1]!);
    loaded.press(Key.Enter);
    assert.equal(loaded.screen()[3], "1 try left.");
    assert.deepEqual(loaded.tryCode(LABEL, WRONG[2]!).slice(0, 2), ["LOCKED", "LOCKED"]);
    assert.equal(scanned()[0], "LOCKED", "not even the right code is asked for");
    assert.deepEqual(told(), [RecordType.Wrong, RecordType.Wrong, RecordType.Wrong]);
  });

  it("locked stays locked over a battery pull, with or without what was shown", () => {
    start();
    for (const digits of WRONG.slice(0, 3)) {
      loaded.tryCode(LABEL, digits);
      loaded.restart();
    }
    assert.equal(scanned()[0], "LOCKED");
  });

  it("device locked after 15 tries over many parcels; the depot's answer opens it", () => {
    const parcels = manyParcels(8);
    start(parcels);
    for (let n = 0; n < 15; n++) {
      const i = n % 7;
      const digits = wrongDigits(codeIdAt(i), parcels[i]!.code!, 3)[Math.floor(n / 7)]!;
      loaded.tryCode(parcels[i]!.tracking, digits);
    }
    assert.equal(scanned(parcels[7]!.tracking)[0], "DEVICE LOCKED");
    const lock = { journalEpoch: EPOCH, code: 0, index: 0 };
    loaded.press(Key.Enter);
    const challenge = releaseChallenge(nodeHash, testKey("release"), lock);
    assert.ok(loaded.screen().includes(`   ${challenge.slice(0, 4)} ${challenge.slice(4)}`));
    loaded.type(releaseAnswer(nodeHash, testKey("release"), lock));
    loaded.press(Key.Enter);
    assert.equal(loaded.tryCode(parcels[7]!.tracking, parcels[7]!.code!)[0], "ACCEPTED");
  });

  it("locked is opened by the depot's answer, and by nothing else; the release is told", () => {
    start();
    for (const digits of WRONG.slice(0, 3)) loaded.tryCode(LABEL, digits);
    loaded.press(Key.Enter);
    loaded.type("12345678");
    loaded.press(Key.Enter);
    assert.ok(loaded.screen().includes("Wrong answer"));
    const lock = { journalEpoch: EPOCH, code: codeIdAt(0), index: 0 };
    loaded.type(releaseAnswer(nodeHash, testKey("release"), lock));
    loaded.press(Key.Enter);
    assert.equal(loaded.title(), "STOP 1");
    assert.equal(loaded.tryCode(LABEL, CODE)[0], "ACCEPTED");
    const last = [RecordType.WrongAnswer, RecordType.Released, RecordType.Accepted];
    assert.deepEqual(told().slice(3), last);
  });

  it("locked for the day after 5 wrong answers", () => {
    start();
    for (const digits of WRONG.slice(0, 3)) loaded.tryCode(LABEL, digits);
    loaded.press(Key.Enter);
    for (let n = 0; n < 5; n++) {
      loaded.type("00000000");
      loaded.press(Key.Enter);
    }
    assert.equal(loaded.screen()[2], "Bring it to the depot");
    loaded.restart();
    scanned();
    loaded.press(Key.Enter);
    assert.equal(loaded.screen()[2], "No release left today");
  });

  it("already accepted, over restarts", () => {
    start();
    loaded.tryCode(LABEL, CODE);
    loaded.restart();
    assert.deepEqual(scanned().slice(0, 2), ["ALREADY ACCEPTED", "YES"]);
    loaded.press(Key.Enter);
    assert.equal(scanned()[0], "ALREADY HANDED OVER");
  });

  for (const kind of ["Void", "Replace"] as const) {
    it(`code replaced by a ${kind} update that a sync brings`, () => {
      start();
      const replaced = {
        kind: UpdateKind.Replace,
        code: codeIdAt(0),
        parcel: parcelIdAt(0),
        newCode: 2001,
        tagBits: 11,
        tag: testTag(2001, "135790"),
        salt: testSalt(2001, "135790"),
        day: DAY,
      };
      loaded.depot.queue(EPOCH, kind === "Void" ? { kind: UpdateKind.Void, code: codeIdAt(0) } : replaced);
      assert.equal(loaded.dockSync(), 0);
      if (kind === "Void") return assert.equal(scanned()[0], "CODE REPLACED");
      assert.equal(loaded.tryCode(LABEL, CODE)[0], "WRONG CODE");
      assert.equal(loaded.tryCode(LABEL, "135790")[0], "ACCEPTED");
    });
  }

  it("not today, with the day of the code", () => {
    start([{ tracking: LABEL, code: CODE, codeDay: DAY + 1 }]);
    assert.deepEqual(scanned().slice(0, 4), ["NOT TODAY", "NO", "The code is for", "25 Nov."]);
  });

  it("not today once the round's day is over, at the very second", () => {
    start();
    loaded.wait((DAY_START_S + 86_400 - NOON_S) * 1000 - 5000);
    assert.equal(scanned()[0], "STOP 1");
    loaded.press(Key.Back);
    loaded.wait(6000);
    assert.deepEqual(scanned().slice(0, 4), ["NOT TODAY", "NO", "This round is not", "valid now."]);
  });

  it("not on this round, wrong check digit, no code needed", () => {
    start([{ tracking: "FREE1" }, ...ONE]);
    assert.equal(scanned("TBA000000000009")[0], "NOT ON THIS ROUND");
    assert.equal(scanned("RA473124828DE")[0], "WRONG CHECK DIGIT");
    assert.ok(scanned("FREE1").includes("No code needed."));
  });

  it("memory nearly full: no try is taken or counted, a reason still finds room", () => {
    loaded = loadedHandheld({ parcels: ONE, header: (header) => writeU16(header, 60, 20) });
    const reason = (): void => {
      loaded.scan(LABEL);
      loaded.press(Key.Reason, Reason.NotHome as number as Key);
    };
    for (let n = 0; n < 4; n++) reason();
    assert.equal(scanned()[0], "STOP 1");
    loaded.press(Key.Enter);
    loaded.type(WRONG[0]!);
    loaded.press(Key.Enter);
    assert.equal(loaded.title(), "WRONG CODE");
    assert.deepEqual(scanned().slice(0, 2), ["MEMORY NEARLY FULL", "FULL"]);
    assert.equal(loaded.dockSync(), 0);
    assert.equal(scanned()[0], "MEMORY NEARLY FULL", "a sync frees no slot");
  });

  it("clock not set, where the policy refuses estimates; a sync helps", () => {
    loaded = loadedHandheld({ parcels: ONE, policy: { refuseEstimatedClock: true } });
    assert.equal(scanned()[0], "STOP 1");
    loaded.restart();
    assert.deepEqual(scanned().slice(0, 2), ["CLOCK NOT SET", "NO"]);
    assert.equal(loaded.dockSync(), 0);
    assert.equal(loaded.tryCode(LABEL, CODE)[0], "ACCEPTED");
  });

  it("with a lost clock goes on by default, and says so in the record", () => {
    start();
    loaded.restart();
    assert.ok(loaded.title().includes("?"), "the idle screen marks the estimate");
    assert.equal(loaded.tryCode(LABEL, CODE)[0], "ACCEPTED");
    told();
    assert.equal(loaded.depot.bodies(EPOCH)[0]!.flags, RecordFlag.ClockEstimated);
    assert.ok(!loaded.title().includes("?"));
  });

  it("fault, when what flash holds is damaged; nothing is tried", () => {
    start();
    const at = Buffer.from(loaded.handheld.image).indexOf(testSalt(codeIdAt(0), CODE));
    loaded.handheld.image[at]! ^= 1;
    loaded.restart();
    assert.deepEqual(scanned().slice(0, 2), ["FAULT", "F205"]);
    loaded.press(Key.Back);
    assert.equal(loaded.screen()[2], "STOPPED F205");
  });

  it("is the same after a power cut inside any write of a try: never more tries than before", () => {
    start();
    const image = loaded.handheld.image.slice();
    for (let write = 1; write <= 3; write++) {
      for (const bytes of [0, 3, 48]) {
        loaded.handheld.cutPower();
        loaded.handheld.image.set(image);
        loaded.boot();
        loaded.scan(LABEL);
        loaded.press(Key.Enter);
        loaded.type(WRONG[0]!);
        loaded.handheld.cutPowerAtWrite(write, bytes);
        loaded.press(Key.Enter);
        assert.equal(loaded.handheld.isRunning, false, `cut in write ${write}`);
        loaded.boot();
        loaded.scan(LABEL);
        loaded.press(Key.Enter);
        const expected = write === 1 && bytes === 0 ? "3 tries left" : "2 tries left";
        assert.ok(loaded.screen().includes(expected), `write ${write}, ${bytes} bytes: ${loaded.screen().join("|")}`);
      }
    }
  });

  it("after a reload refunds nothing", () => {
    start();
    loaded.tryCode(LABEL, WRONG[0]!);
    loaded.tryCode(LABEL, WRONG[1]!);
    assert.equal(loaded.dockSync(), 0);
    const next = sealRound({ parcels: ONE, sequence: 2 });
    loaded.depot.sealed(next);
    assert.equal(loaded.load(next), 0);
    assert.equal(loaded.tryCode(LABEL, WRONG[2]!)[0], "LOCKED");
  });

  it("comes on a round of 304 parcels, every one protected, as on a short one", () => {
    const parcels = manyParcels(304);
    start(parcels);
    const last = parcels.at(-1)!;
    assert.equal(loaded.screen()[1], "304 left");
    assert.equal(loaded.tryCode(last.tracking, last.code!)[0], "ACCEPTED");
    loaded.press(Key.Enter);
    loaded.restart();
    assert.equal(loaded.screen()[1], "303 left");
    assert.equal(scanned(last.tracking)[0], "ALREADY HANDED OVER");
  });

  it("is not asked of a round that the board does not carry", () => {
    start();
    const next = sealRound({ parcels: manyParcels(512), sequence: 2 });
    assert.equal(loaded.load(next), 211);
    assert.equal(loaded.tryCode(LABEL, CODE)[0], "ACCEPTED", "the old round goes on");
  });
});
