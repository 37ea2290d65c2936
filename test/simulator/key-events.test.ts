// A terminal's input as key events, and which of them are the handheld's.
import assert from "node:assert/strict";
import { handheldKey, shownChallenge, wrongCode } from "../../src/simulator/terminal/handheld-keys.ts";
import { keyEvents } from "../../src/simulator/terminal/key-events.ts";

function kinds(input: string): string[] {
  return keyEvents(input).map((event) => (event.kind === "character" ? event.character : event.kind));
}

describe("keyEvents", () => {
  it("reads characters, several at once", () => assert.deepEqual(kinds("12s"), ["1", "2", "s"]));
  it("reads Enter, Backspace and a lone escape", () =>
    assert.deepEqual(kinds("\r\x7f\x1b"), ["enter", "back", "back"]));
  it("reads arrows and pages", () =>
    assert.deepEqual(kinds("\x1b[A\x1bOB\x1b[5~\x1b[6~"), ["up", "down", "page-up", "page-down"]));
  it("drops sequences it does not know, and goes on behind them", () =>
    assert.deepEqual(kinds("\x1b[1;5C\x1b[15~\x1bOP7\x01"), ["7"]));
  it("takes Ctrl-C and Ctrl-D for leaving", () => assert.deepEqual(kinds("\x03\x04"), ["interrupt", "interrupt"]));
});

describe("handheldKey", () => {
  it("maps digits, OK, BACK, arrows, MENU and REASON, and nothing else", () => {
    const keys = keyEvents("07\r\x7f\x1b[A\x1b[Bmrsx").map((event) => handheldKey(event));
    assert.deepEqual(keys, [0, 7, 10, 11, 12, 13, 14, 15, undefined, undefined]);
  });
});

describe("wrongCode", () => {
  it("is one digit away", () => {
    assert.equal(wrongCode("123456"), "123457");
    assert.equal(wrongCode("000009"), "000000");
  });
});

describe("shownChallenge", () => {
  it("reads the eight digits from the release screen only", () => {
    assert.equal(shownChallenge(["RELEASE", "Tell the depot:", "   1234 5678", "Their answer:"]), "12345678");
    assert.equal(shownChallenge(["STOP 1", "1234 5678"]), undefined);
  });
});
