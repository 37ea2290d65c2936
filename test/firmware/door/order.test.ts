// The order of the door check, DESIGN.md §3.2: count, read back, hash once, record, mark, then the verdict. And nothing
// made from refused digits is ever written.
import assert from "node:assert/strict";
import { VerdictKind } from "../../../firmware/app/door/verdict.ts";
import { codeDigest } from "../../../src/shared/crypto/code-digest.ts";
import { LedgerKind } from "../../../src/shared/wire/cell.ts";
import { latin1Bytes } from "../../../src/shared/wire/bytes.ts";
import { RecordType } from "../../../src/shared/wire/journal.ts";
import { nodeHash } from "../../support/node-hash.ts";
import type { Step } from "../../support/recording-parts.ts";
import { codeIdAt, testSalt, type TestParcel, wrongDigits } from "../../support/test-round.ts";
import { UnitDay, loadedImage } from "../../support/unit-day.ts";

const CODE = "482913";
const PARCELS: TestParcel[] = [
  { tracking: "TBA000000000001", code: CODE },
  { tracking: "TBA000000000002", code: "777777" },
];
const [WRONG] = wrongDigits(codeIdAt(0), CODE, 1) as [string];

function isDigestOf(step: Step, digits: string): boolean {
  const salt = testSalt(codeIdAt(0), CODE);
  const block = Buffer.concat([Buffer.from("parola.1"), salt, Buffer.from(digits)]);
  return step.what === "sha256" && block.equals(step.bytes);
}

describe("the door check's order", () => {
  let steps: Step[];
  let unit: UnitDay;

  beforeEach(() => {
    steps = [];
    unit = new UnitDay(loadedImage({ parcels: PARCELS }).image, { steps });
    steps.length = 0;
  });

  function attempt(digits: string): VerdictKind {
    const parcel = unit.parcel(PARCELS[0]!.tracking);
    steps.length = 0;
    return unit.door.tryCode(parcel, digits).kind;
  }

  const indexOf = (which: (step: Step) => boolean): number => steps.findIndex(which);
  const appends = (file: string): number[] =>
    steps.flatMap((step, at) => (step.what === "append" && step.file === file ? [at] : []));

  for (const [name, digits, expected] of [
    ["right", CODE, VerdictKind.Accepted],
    ["wrong", WRONG, VerdictKind.Wrong],
  ] as const) {
    it(`counts a try with ${name} digits in flash before they are hashed, in one block, once`, () => {
      assert.equal(attempt(digits), expected);
      const counted = appends("led.a")[0]!;
      const hashed = steps.flatMap((step, at) => (step.what === "sha256" && isDigestOf(step, digits) ? [at] : []));
      assert.equal(steps[counted]!.bytes[0], LedgerKind.Try);
      assert.equal(hashed.length, 1, "one digest");
      assert.ok(counted < hashed[0]!, "counted first");
      assert.ok(steps[hashed[0]!]!.bytes.length <= 55, "one block");
    });
  }

  it("compares nothing when the try does not read back", () => {
    for (const fault of [102, 103, 104] as const) {
      unit = new UnitDay(loadedImage({ parcels: PARCELS }).image, { steps });
      unit.flash.faults.set("led.a", [fault]);
      const parcel = unit.parcel(PARCELS[0]!.tracking);
      steps.length = 0;
      const { kind, number } = unit.door.tryCode(parcel, CODE);
      assert.deepEqual([kind, number], [VerdictKind.Stopped, fault]);
      assert.ok(!steps.some((step) => isDigestOf(step, CODE)), "no digest");
      assert.deepEqual(appends("jrn.a"), []);
      assert.equal(unit.door.tryCode(parcel, CODE).kind, VerdictKind.Stopped, "the day stays stopped");
    }
  });

  it("reads each of its writes back", () => {
    unit = new UnitDay(loadedImage({ parcels: PARCELS }).image);
    const parcel = unit.parcel(PARCELS[0]!.tracking);
    const { writes } = unit.host;
    for (let lost = 1; lost <= 3; lost++) {
      const host = new UnitDay(loadedImage({ parcels: PARCELS }).image);
      spoil(host, host.host.writes.length + lost);
      const verdict = host.door.tryCode(host.parcel(parcel.tracking), CODE);
      assert.equal(verdict.kind, VerdictKind.Stopped, `write ${lost} came out wrong`);
    }
    assert.equal(unit.door.tryCode(parcel, CODE).kind, VerdictKind.Accepted);
    assert.equal(writes.length, 3, "try, body, success: nothing else before the verdict");
  });

  it("records an acceptance and marks it spent before the verdict is given", () => {
    assert.equal(attempt(CODE), VerdictKind.Accepted);
    const hashed = indexOf((step) => isDigestOf(step, CODE));
    const [body] = appends("jrn.a");
    const [, success] = appends("led.a");
    assert.ok(hashed < body! && body! < success!);
    assert.equal(steps[body!]!.bytes[0], RecordType.Accepted);
    assert.equal(steps[body!]!.bytes.length, 48, "the body alone; its MAC may follow the verdict");
    assert.equal(steps[success!]!.bytes[0], LedgerKind.Success);
    assert.ok(steps.slice(success! + 1).every((step) => step.what !== "append"));
  });

  it("gives no verdict of acceptance without record and mark", () => {
    for (const file of ["jrn.a", "led.a"]) {
      unit = new UnitDay(loadedImage({ parcels: PARCELS }).image, { steps });
      unit.flash.faults.set(file, file === "led.a" ? [0, 103] : [103]);
      assert.equal(attempt(CODE), VerdictKind.Stopped, file);
    }
  });

  it("hashes nothing but the code's block up to the verdict", () => {
    attempt(WRONG);
    attempt(CODE);
    assert.equal(steps.filter((step) => step.what === "sha256" && !isDigestOf(step, CODE)).length <= 8, true);
    unit.recorder.seal();
    steps.length = 0;
    const parcel = unit.parcel(PARCELS[1]!.tracking);
    steps.length = 0;
    unit.door.tryCode(parcel, "777777");
    assert.equal(steps.filter((step) => step.what === "sha256").length, 1, "a sealed journal: one block");
  });

  it("writes nothing made from refused digits, nor hands them to anything but that one block", () => {
    assert.equal(attempt(WRONG), VerdictKind.Wrong);
    unit.afterDrawing();
    const digest = codeDigest(nodeHash, testSalt(codeIdAt(0), CODE), WRONG);
    for (const step of steps.filter(({ what }) => what === "append")) {
      const written = Buffer.from(step.bytes);
      assert.equal(written.indexOf(latin1Bytes(WRONG)), -1, "digits");
      assert.equal(written.indexOf(Uint8Array.from(WRONG, Number)), -1, "digits as numbers");
      for (let at = 0; at + 4 <= 32; at++) {
        assert.equal(written.indexOf(digest.subarray(at, at + 4)), -1, `bytes ${at} of the digest`);
      }
    }
    const hashed = steps.filter(({ what, bytes }) => what === "sha256" && Buffer.from(bytes).includes(WRONG));
    assert.equal(hashed.length, 1);
    assert.equal(Buffer.from(unit.host.image).indexOf(latin1Bytes(WRONG)), -1, "nowhere in flash");
  });

  it("keeps the proof of an acceptance, 128 bits that share none with the tag", () => {
    attempt(CODE);
    const digest = codeDigest(nodeHash, testSalt(codeIdAt(0), CODE), CODE);
    assert.deepEqual(unit.day.journal.last?.proof, digest.slice(16));
    assert.equal(Buffer.from(unit.host.image).indexOf(digest.subarray(0, 8)), -1, "of the tag's side, nothing");
  });
});

/** Lets one write program other bytes than it was given. */
function spoil(unit: UnitDay, write: number): void {
  const { chip } = unit.host;
  const before = chip.onWrite;
  chip.onWrite = (operation) => {
    const tear = before?.(operation);
    if (unit.host.writes.length === write) chip.image[operation.address] = 0;
    return tear;
  };
}
