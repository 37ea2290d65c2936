// All screens that keys and scans lead to: each fits the display, each can be left, none stays by itself but idle and an
// acceptance.
import assert from "node:assert/strict";
import { Key } from "../../../hal/contract/keypad.ts";
import { codeIdAt, DAY, type TestParcel, wrongDigits } from "../../support/test-round.ts";
import {
  type Action,
  follow,
  type FoundScreen,
  KEY_ACTIONS,
  pathText,
  walkScreens,
} from "../../support/screen-walk.ts";
import { loadedImage, UnitDay } from "../../support/unit-day.ts";

const CODE = "482913";
const PARCELS: TestParcel[] = [
  { tracking: "TBA000000000001", code: CODE, stop: 12, address: "Flat 7, 221 Long Meadow Lane, Upper Wood" },
  { tracking: "00340123450000000017", stop: 12, address: "Mill Lane 1" },
  { tracking: "9".repeat(34), code: "111111", stop: 65_535, address: "X".repeat(40) },
  { tracking: "TBA000000000004", code: "222222", isVoid: true },
  { tracking: "TBA000000000005", code: "333333", codeDay: DAY + 30 },
  { tracking: "TBA000000000006", code: "444444", triesKnown: 3 },
  { tracking: "TBA000000000007", code: "555555", isAccepted: true },
];
const [WRONG] = wrongDigits(codeIdAt(0), CODE, 1) as [string];

const scan = (label: string): Action => ({ name: `scan ${label}`, run: (handheld) => handheld.scan(label) });
const type = (name: string, digits: string): Action => ({
  name,
  run: (handheld) => {
    handheld.type(digits);
    handheld.press(Key.Enter);
  },
});

const ACTIONS: Action[] = [
  ...KEY_ACTIONS,
  ...PARCELS.map(({ tracking }) => scan(tracking)),
  scan("TBA999999999999"),
  scan("RA473124828DE"),
  type("right code", CODE),
  type("wrong code", WRONG),
];

describe("every screen", function () {
  this.timeout(60_000);
  let image: Uint8Array;
  let screens: FoundScreen[];

  before(() => {
    image = loadedImage({ parcels: PARCELS }, 32 * 1024).image;
    screens = walkScreens(image, ACTIONS, 5);
  });

  const each = (check: (screen: FoundScreen) => void): void => {
    for (const screen of screens) {
      try {
        check(screen);
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        throw new Error(`${screen.view.title} (${pathText(screen.path)}): ${cause}`, { cause: error });
      }
    }
  };

  it("is found: idle, parcel, code, every verdict, reasons, release, label, choice, notice", () => {
    const titles = new Set(
      screens.map(({ view }) => view.title.replace(/[0-9]+/g, "#").replace(/^PAROLA.*/, "PAROLA")),
    );
    for (const title of [
      "PAROLA",
      "STOP #  # HERE",
      "ACCEPTED",
      "WRONG CODE",
      "LOCKED",
      "ALREADY ACCEPTED",
      "ALREADY HANDED OVER",
      "CODE REPLACED",
      "NOT TODAY",
      "NOT ON THIS ROUND",
      "WRONG CHECK DIGIT",
      "WHY NOT?",
      "RELEASE A#",
      "KEY IN THE LABEL",
      "NOTED",
      "TAKE BACK?",
    ]) {
      assert.ok(titles.has(title), `${title}, among ${[...titles].join(", ")}`);
    }
  });

  it("fits 21 columns and 64 pixels", () => {
    each(({ view }) => {
      const lines = view.lines.filter((line) => PARCELS.every(({ tracking }) => line !== tracking));
      for (const text of [view.title, ...lines, view.hint]) assert.ok(text.length <= 21, `"${text}" is too long`);
      assert.ok(view.big.length <= 10, `"${view.big}" is too big`);
    });
  });

  it("draws every line it has", () => {
    each(({ path, view }) => {
      const drawn = follow(image, path).host.steps.map(({ text }) => text);
      for (const text of [view.title, view.big, ...view.lines, view.hint]) {
        if (text !== "") assert.ok(drawn.includes(text.slice(-21)), `"${text}" is not drawn`);
      }
      const { steps } = follow(image, path).host;
      for (const { kind, x, y, size, text } of steps) {
        if (kind === "text") assert.ok(x >= 0 && x + text.length * 6 * size <= 128 && y + 8 * size <= 64, text);
      }
    });
  });

  it("draws no line over another", () => {
    each(({ path }) => {
      const rows = follow(image, path)
        .host.steps.filter(({ kind, text }) => kind === "text" && text !== "")
        .map(({ y, size }) => [y, y + 8 * size] as const)
        .sort(([a], [b]) => a - b);
      rows.forEach(([, bottom], i) => assert.ok(rows[i + 1] === undefined || bottom <= rows[i + 1]![0], "overlap"));
    });
  });

  it("names a key that does something, and is left by BACK", () => {
    each(({ path }) => {
      const handheld = follow(image, path);
      assert.ok(handheld.backToIdle() >= 0, "BACK does not lead to idle");
      assert.ok(handheld.view().hint !== "");
    });
  });

  it("gives way to idle after two minutes; an acceptance stays", () => {
    each(({ path, view }) => {
      const handheld = follow(image, path);
      handheld.wait(125_000);
      assert.equal(handheld.isIdle(), view.title !== "ACCEPTED");
    });
  });

  it("survives every key at once, in every order that a walk of 200 random keys gives", () => {
    const handheld = follow(image, []);
    let seed = 12_345;
    for (let turn = 0; turn < 2000; turn++) {
      seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
      const choice = (seed >> 8) % 22;
      if (choice < 16) handheld.press(choice);
      else ACTIONS[KEY_ACTIONS.length + ((seed >> 16) % PARCELS.length)]!.run(handheld);
    }
    assert.ok(handheld.backToIdle() >= 0);
    assert.equal(new UnitDay(handheld.host.image).day.stopped, 0);
  });
});
