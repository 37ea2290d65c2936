// Every fault number has words, and no words stand for a number that is gone.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { faultWords } from "../../src/dock/fault-words.ts";

const SOURCE = readFileSync(new URL("../../src/shared/faults.ts", import.meta.url), "utf8");
const NUMBERS = [...SOURCE.matchAll(/= (\d{3}),/g)].map((match) => Number(match[1]));

describe("faultWords", () => {
  it("knows every fault number", () => {
    assert.ok(NUMBERS.length > 30);
    for (const number of NUMBERS) {
      assert.ok(!faultWords(number).includes("does not know (F"), `F${number}`);
      assert.match(faultWords(number), new RegExp(`\\(F${number}\\)$`));
    }
  });

  it("has words of its own for each", () => {
    assert.equal(new Set(NUMBERS.map((number) => faultWords(number).replace(/ \(F.*/, ""))).size, NUMBERS.length);
  });

  it("names a number it does not know", () => assert.match(faultWords(999), /F999/));
});
