// What the courier types and scans: six digits corrected and confirmed, labels in pieces, with noise or misread, digits
// keyed in, and keys at the wrong moment.
import assert from "node:assert/strict";
import { Key } from "../../../hal/contract/keypad.ts";
import { Tone } from "../../../hal/contract/sounder.ts";
import { codeIdAt, type TestParcel, wrongDigits } from "../../support/test-round.ts";
import { UnitHandheld } from "../../support/unit-handheld.ts";
import { loadedImage, UnitDay } from "../../support/unit-day.ts";

const CODE = "482913";
const LABEL = "TBA000000000001";
const PARCELS: TestParcel[] = [
  { tracking: LABEL, code: CODE },
  { tracking: "RA473124829DE" },
  { tracking: "TBA111111114829" },
  { tracking: "00340123450000000017" },
  ...Array.from({ length: 5 }, (_, i) => ({ tracking: `JD0123456789${10 + i}0777` })),
];
const [WRONG] = wrongDigits(codeIdAt(0), CODE, 1) as [string];

describe("entry", () => {
  let image: Uint8Array;
  let handheld: UnitHandheld;

  beforeEach(() => {
    image = loadedImage({ parcels: PARCELS }, 32 * 1024).image;
    handheld = new UnitHandheld(image);
  });

  const tries = (): number => new UnitDay(image.slice()).day.ledger.spent(0).tries;
  const shown = (): string[] => handheld.host.steps.map(({ text }) => text);

  function askForCode(): void {
    handheld.scan(LABEL);
    handheld.press(Key.Enter);
  }

  describe("of six digits", () => {
    beforeEach(() => askForCode());

    it("shows them large as they come, and takes them back one by one", () => {
      handheld.type("48");
      assert.equal(handheld.view().big, "48____");
      handheld.press(Key.Back);
      handheld.type("75");
      assert.equal(handheld.view().big, "475___");
      assert.equal(handheld.host.steps.find(({ text }) => text === "475___")?.size, 3);
    });

    it("needs OK, takes no seventh digit, and no try before", () => {
      handheld.type("4829137");
      assert.equal(handheld.view().big, CODE);
      assert.equal(tries(), 0);
      handheld.press(Key.Enter);
      assert.equal(handheld.view().title, "ACCEPTED");
    });

    it("refuses fewer than six, and counts nothing", () => {
      for (const digits of ["", "4", "48291"]) {
        handheld.type(digits.slice(handheld.view().big.replace(/_/g, "").length));
        handheld.press(Key.Enter);
        assert.equal(handheld.view().lines[0], "Six digits, please");
        assert.equal(handheld.host.tones.at(-1), Tone.Bad);
      }
      assert.equal(tries(), 0);
    });

    it("ignores keys that are no digits", () => {
      handheld.press(Key.Up, Key.Down, Key.Menu, Key.Reason);
      assert.equal(handheld.view().big, "______");
    });

    it("leaves nothing of the digits behind: not on screen, not when it is opened again", () => {
      handheld.type(WRONG);
      handheld.press(Key.Enter);
      assert.equal(handheld.view().title, "WRONG CODE");
      assert.ok(!shown().some((text) => text.includes(WRONG)));
      handheld.press(Key.Enter, Key.Enter);
      assert.equal(handheld.view().big, "______");
      handheld.type("123");
      handheld.press(Key.Back, Key.Back, Key.Back, Key.Back);
      assert.equal(handheld.view().title, "STOP 1");
      handheld.press(Key.Enter);
      assert.equal(handheld.view().big, "______");
    });

    it("forgets them after two minutes, not sooner", () => {
      handheld.type("48");
      handheld.wait(119_000);
      assert.equal(handheld.view().big, "48____");
      handheld.type("2");
      handheld.wait(119_000);
      assert.equal(handheld.view().big, "482___", "each key starts the time anew");
      handheld.wait(2000);
      assert.ok(handheld.isIdle());
      assert.ok(!shown().some((text) => text.includes("482")));
    });

    it("is not disturbed by a scan", () => {
      handheld.type("48");
      handheld.scan("RA473124829DE");
      assert.equal(handheld.view().big, "48____");
      assert.equal(handheld.host.tones.at(-1), Tone.Bad);
    });
  });

  describe("while a verdict is new", () => {
    it("takes no key and no scan for 0.4 seconds, and names none", () => {
      askForCode();
      handheld.type(CODE);
      handheld.host.inputs!.key(Key.Enter);
      for (const key of [Key.Enter, Key.Back, Key.Reason, 1]) handheld.host.inputs!.key(key);
      handheld.host.inputs!.scan("RA473124829DE\r");
      const { title, hint } = handheld.view();
      assert.deepEqual([title, hint], ["ACCEPTED", ""]);
      handheld.wait(380);
      handheld.host.inputs!.key(Key.Enter);
      assert.equal(handheld.view().title, "ACCEPTED");
      handheld.wait(50);
      assert.equal(handheld.view().hint, "OK handed over");
      assert.ok(shown().includes("OK handed over"));
      handheld.press(Key.Enter);
      assert.equal(handheld.view().big, "DONE");
    });

    it("counts six digits and OK, typed once more in haste, as nothing", () => {
      askForCode();
      for (const key of [...`${WRONG}`].map(Number).concat(Key.Enter)) handheld.host.inputs!.key(key);
      for (const key of [...`${WRONG}`].map(Number).concat(Key.Enter)) handheld.host.inputs!.key(key);
      assert.equal(tries(), 1);
      assert.equal(handheld.view().title, "WRONG CODE");
    });
  });

  describe("by the scanner", () => {
    const raw = (text: string): void => handheld.host.inputs!.scan(text);
    const settle = (): string => {
      handheld.wait(500);
      return handheld.view().title;
    };

    it("takes a label in pieces", () => {
      for (const piece of ["TBA0000", "", "00000", "001", "\r"]) {
        raw(piece);
        handheld.wait(300);
      }
      assert.equal(settle(), "STOP 1");
    });

    it("takes a label with noise, spaces and small letters, ended by LF or CR LF", () => {
      for (const text of ["\x02\x00tba 000-000\xff000 001\x03\n", `]${"\x80"}TBA000000000001\r\n`.slice(1)]) {
        raw(text);
        assert.equal(settle(), "STOP 1");
        assert.ok(handheld.backToIdle() >= 0);
      }
    });

    it("forgets a piece without an end", () => {
      raw("GARBAGE");
      handheld.wait(600);
      raw(`${LABEL}\r`);
      assert.equal(settle(), "STOP 1");
    });

    it("drops a label that is too long, whole, and takes the next one", () => {
      raw(`${"A".repeat(100)}\r`);
      assert.ok(settle().startsWith("PAROLA"));
      raw(`${LABEL}\r`);
      assert.equal(settle(), "STOP 1");
    });

    it("takes the last of two labels at once, and ends without a label do nothing", () => {
      raw(`\r\n\r`);
      assert.ok(settle().startsWith("PAROLA"));
      raw(`RA473124829DE\r${LABEL}\r`);
      assert.equal(settle(), "STOP 1");
    });

    it("tells an unknown label from a misread one", () => {
      handheld.scan("TBA999999999999");
      assert.equal(handheld.view().title, "NOT ON THIS ROUND");
      handheld.scan("RA473124828DE");
      assert.equal(handheld.view().title, "WRONG CHECK DIGIT");
      handheld.scan("00340123450000000018");
      assert.equal(handheld.view().title, "WRONG CHECK DIGIT");
      handheld.scan("???");
      assert.equal(handheld.view().title, "NOT ON THIS ROUND");
      handheld.press(Key.Enter, Key.Reason);
      assert.equal(handheld.view().title, "NOT ON THIS ROUND", "nothing follows but BACK or another label");
    });

    it("goes from one parcel to the next", () => {
      handheld.scan(LABEL);
      handheld.scan("RA473124829DE");
      assert.equal(handheld.view().lines[0], "RA473124829DE");
    });
  });

  describe("by keys", () => {
    beforeEach(() => handheld.press(Key.Menu));

    function find(digits: string): string {
      handheld.type(digits);
      handheld.press(Key.Enter);
      return handheld.view().title;
    }

    it("finds a parcel by all its digits, or the last four", () => {
      assert.equal(find("473124829"), "STOP 2");
      handheld.press(Key.Back, Key.Menu);
      assert.equal(find("0017"), "STOP 4");
    });

    it("needs four digits", () => {
      find("017");
      assert.equal(handheld.view().lines[1], "At least 4 digits");
    });

    it("lets the courier choose among a few", () => {
      assert.equal(find("4829"), "WHICH ONE?");
      const { lines } = handheld.view();
      assert.deepEqual(lines.map((line) => line.slice(2)).sort(), ["RA473124829DE", "TBA111111114829"]);
      handheld.press(3 as Key, 9 as Key, Key.Enter);
      assert.equal(handheld.view().title, "WHICH ONE?");
      handheld.press(2 as Key);
      assert.equal(handheld.view().lines[0], lines[1]!.slice(2));
    });

    it("asks for more digits when too many match", () => {
      find("0777");
      assert.equal(handheld.view().lines[1], "Too many: more digits");
      find("");
      handheld.press(Key.Back, Key.Back, Key.Back, Key.Back);
      find("140777");
      assert.equal(handheld.view().lines[0], "JD0123456789140777");
    });

    it("says so when nothing matches, and tells a misread number", () => {
      assert.equal(find("98765"), "NOT ON THIS ROUND");
      handheld.press(Key.Back, Key.Menu);
      assert.equal(find("00340123450000000018"), "WRONG CHECK DIGIT");
    });

    it("takes 20 digits, corrected one by one, and a scan instead", () => {
      handheld.type("003401234500000000179");
      assert.equal(handheld.view().lines[0], "00340123450000000017");
      handheld.press(Key.Back);
      assert.equal(handheld.view().lines[0], "0034012345000000001");
      handheld.scan(LABEL);
      assert.equal(handheld.view().title, "STOP 1");
    });
  });
});
