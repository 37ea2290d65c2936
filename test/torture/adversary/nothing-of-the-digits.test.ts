// Digits that were refused leave nothing behind: a day with these wrong digits and the same day with others cannot be told
// apart, not by the flash, not by a sync request, not by any screen behind the entry, not by an object in memory. Searched
// for, they are not there either, nor anything made from them; not even when the power fails in the middle.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { Key } from "../../../hal/contract/keypad.ts";
import { codeDigest, proofOf, tagOf } from "../../../src/shared/crypto/code-digest.ts";
import { Command } from "../../../src/shared/wire/service-frame.ts";
import { cutPoints, untilPowerCut } from "../../support/test-host.ts";
import { codeIdAt, sealRound, testKeyFile, testSalt, testTag, wrongDigits } from "../../support/test-round.ts";
import { loadedImage, UnitDay } from "../../support/unit-day.ts";
import { fastHash } from "./fast-digest.ts";
import type { Files } from "./file-flash.ts";
import { Handset } from "./handset.ts";
import { reachable } from "./reachable.ts";

const PARCELS = [
  { tracking: "TBA100000000001", code: "480217" },
  { tracking: "TBA100000000002", code: "915306" },
];
const [TRIED, LOCKED] = PARCELS.map(({ tracking }) => tracking) as [string, string];
/** Texts that only the screens have on which digits are being typed. */
const ENTRY = ["Code from the buyer", "Six digits, please", "Their answer:"];

/** What a courier types on one day. */
interface Typed {
  codes: string[];
  answers: string[];
}

/** All that anyone can see of a handheld. */
interface Seen {
  files: Files;
  request: Uint8Array;
  frames: string[][];
  screen: string;
  tones: number[];
  memory: string;
}

/** A day of refusals: two codes, a lock, four release answers. */
function live(typed: Typed): Seen {
  const handset = new Handset(new Map([["key", testKeyFile()]]), { keepsFrames: true });
  assert.equal(handset.load(sealRound({ parcels: PARCELS }).bytes), 0);
  handset.tryCode(TRIED, typed.codes[0]!);
  handset.press(Key.Enter, Key.Enter);
  handset.type(typed.codes[1]!.slice(0, 4));
  handset.press(Key.Enter, Key.Back, Key.Back, Key.Back, Key.Back);
  handset.tryCode(TRIED, typed.codes[1]!);
  for (const digits of typed.codes.slice(2, 5)) handset.tryCode(LOCKED, digits);
  handset.press(Key.Enter);
  for (const digits of typed.answers) {
    handset.type(digits);
    handset.press(Key.Enter);
  }
  handset.home();
  handset.wait(1_000);
  const request = handset.command(Command.SyncRequest).data.slice();
  const screen = Buffer.from(handset.command(Command.Screen).data).toString("latin1");
  return {
    files: handset.flash.snapshot(),
    request,
    frames: handset.host.frames.filter((texts) => !texts.some((text) => ENTRY.includes(text))),
    screen,
    tones: [...handset.host.tones],
    memory: reachable(handset.handheld, [handset.host]),
  };
}

const first: Typed = { codes: codesFrom(0), answers: ["13131313", "24242424", "35353535", "46464646"] };
const second: Typed = { codes: codesFrom(5), answers: ["97979797", "86868686", "75757575", "64646464"] };

/** Wrong digits: two for the first parcel, three for the second. */
function codesFrom(n: number): string[] {
  const [tried, locked] = PARCELS.map(({ code }, at) => wrongDigits(codeIdAt(at), code, 30).slice(at * 15)) as [
    string[],
    string[],
  ];
  return [...tried.slice(n, n + 2), ...locked.slice(n, n + 3)];
}

/** Everything that could be kept of digits: as text, as values, as a number; of a code, what its digest gives. */
function traces(digits: string, salt: Uint8Array): Buffer[] {
  const number = Buffer.alloc(4);
  number.writeUInt32LE(Number(digits));
  const kept = [Buffer.from(digits, "latin1"), Buffer.from([...digits].map(Number)), Buffer.from(digits, "hex")];
  if (digits.length !== 6) return [...kept, number];
  const digest = codeDigest(fastHash, salt, digits);
  return [...kept, ...Array.from({ length: digest.length - 4 }, (_, at) => Buffer.from(digest.slice(at, at + 5)))];
}

function assertNoTrace(where: string, bytes: Uint8Array, typed: readonly string[], salt: Uint8Array): void {
  for (const digits of typed) {
    for (const trace of traces(digits, salt)) {
      assert.equal(
        Buffer.from(bytes).indexOf(trace),
        -1,
        `${where} holds something of ${digits}: ${trace.toString("hex")}`,
      );
    }
  }
}

describe("digits that were refused", () => {
  const a = live(first);
  const b = live(second);

  it("are other digits on the two days, and were refused", () => {
    assert.equal(new Set([...first.codes, ...second.codes]).size, 10);
    const titles = a.frames.map(([title]) => title);
    assert.ok(titles.includes("WRONG CODE") && titles.includes("LOCKED") && !titles.includes("ACCEPTED"));
  });

  it("leave the same flash, whatever they were", () => {
    assert.deepEqual(a.files, b.files);
  });

  it("leave the same sync request, the same screens and tones behind the entry, the same text for the service port", () => {
    assert.deepEqual(a.request, b.request);
    assert.deepEqual(a.frames, b.frames);
    assert.deepEqual(a.tones, b.tones);
    assert.equal(a.screen, b.screen);
  });

  it("leave the same objects in memory, as far as properties reach", () => {
    assert.ok(a.memory.includes("journalEpoch") && a.memory.length > 10_000, "the walk goes deep");
    assert.equal(a.memory, b.memory);
  });

  it("are found nowhere in flash, request or screens, nor their digests", () => {
    PARCELS.forEach(({ code }, at) => {
      const salt = testSalt(codeIdAt(at), code);
      const typed = at === 0 ? first.codes.slice(0, 2) : [...first.codes.slice(2), ...first.answers];
      for (const [name, bytes] of a.files) assertNoTrace(name, bytes, typed, salt);
      assertNoTrace("the request", a.request, typed, salt);
      const texts = Buffer.from(`${a.frames.flat().join("\n")}\n${a.memory}`);
      for (const digits of typed) assert.equal(texts.indexOf(digits), -1, "on a screen or in memory");
    });
  });

  it("would be found: the proof of the right digits is, and digits while they are typed are", () => {
    const [{ tracking, code }] = PARCELS as [(typeof PARCELS)[0]];
    const handset = new Handset(new Map([["key", testKeyFile()]]), { keepsFrames: true });
    handset.load(sealRound({ parcels: PARCELS }).bytes);
    assert.equal(handset.tryCode(tracking, code), "ACCEPTED");
    const proof = proofOf(codeDigest(fastHash, testSalt(codeIdAt(0), code), code));
    assert.ok(Buffer.from(handset.flash.snapshot().get("jrn.a")!).indexOf(proof) > 0);
    assert.throws(() => {
      assertNoTrace("the journal", handset.flash.snapshot().get("jrn.a")!, [code], testSalt(codeIdAt(0), code));
    });
    assert.ok(handset.host.frames.flat().includes(code), "on the entry's own screen");
  });

  it("leave the same flash when the power fails anywhere in the try", () => {
    const { image } = loadedImage({ parcels: PARCELS });
    const attempt = (digits: string, cut?: { write: number; bytes: number }): Uint8Array => {
      const unit = new UnitDay(image.slice());
      const before = unit.host.writes.length;
      if (cut !== undefined) unit.host.cut = { ...cut, write: before + cut.write };
      untilPowerCut(() => {
        unit.door.tryCode(unit.parcel(TRIED), digits);
        unit.recorder.seal();
      });
      return unit.host.image;
    };
    const clean = new UnitDay(image.slice());
    const skipped = clean.host.writes.length;
    clean.door.tryCode(clean.parcel(TRIED), first.codes[0]!);
    clean.recorder.seal();
    const salt = testSalt(codeIdAt(0), PARCELS[0]!.code);
    let cuts = 0;
    for (const cut of cutPoints(clean.host.writes.slice(skipped))) {
      const left = attempt(first.codes[0]!, cut);
      assert.deepEqual(left, attempt(second.codes[0]!, cut), `cut at ${JSON.stringify(cut)}`);
      assertNoTrace("the flash", left, [first.codes[0]!], salt);
      cuts++;
    }
    assert.ok(cuts > 50);
  });

  it("are in no string of the whole heap once the verdict stands; while they are typed they are", async function () {
    this.timeout(60_000);
    const witness = join(import.meta.dirname, "heap-witness.ts");
    const digits = [...wrongDigits(codeIdAt(0), "777777", 20).at(-1)!].join(",");
    const { stdout } = await promisify(execFile)(process.execPath, ["--import", "tsx", witness, digits]);
    const found = JSON.parse(stdout) as { during: number; verdict: string; after: number };
    assert.deepEqual([found.during > 0, found.verdict, found.after], [true, "WRONG CODE", 0]);
  });

  it("are told apart from right ones by their tags alone", () => {
    PARCELS.forEach(({ code }, at) => {
      const id = codeIdAt(at);
      const typed = at === 0 ? first.codes.slice(0, 2) : first.codes.slice(2);
      const tags = typed.map((digits) => tagOf(codeDigest(fastHash, testSalt(id, code), digits), 11));
      assert.ok(!tags.includes(testTag(id, code)));
    });
  });
});
