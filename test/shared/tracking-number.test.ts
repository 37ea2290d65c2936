// Tracking numbers, SPEC.md §12: normalising, families, check digits. Also runs the carriers' own examples when the
// shared data lies beside the project.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import {
  checkDigitHolds,
  expectedCheckDigit,
  normaliseTracking,
  TrackingFamily,
  trackingFamily,
  trackingKey,
} from "../../src/shared/tracking-number.ts";
import { holds } from "../support/properties.ts";
import { vectors } from "../support/vectors.ts";

const stored = vectors<{
  normalising: { label: string; number: string }[];
  numbers: { family: TrackingFamily; number: string; key: number; checkDigit: number }[];
}>("tracking-numbers");

describe("tracking numbers", () => {
  for (const { label, number } of stored.normalising) {
    it(`${JSON.stringify(label)} is normalised`, () => assert.equal(normaliseTracking(label), number));
  }

  for (const { family, number, key, checkDigit } of stored.numbers) {
    it(`${number} is of family ${family}, and its check digit holds`, () => {
      assert.equal(trackingFamily(number), family);
      assert.equal(trackingKey(nobleHash, number), key);
      assert.equal(expectedCheckDigit(number, family), checkDigit);
      assert.ok(checkDigitHolds(number));
    });
  }

  it("every other check digit is refused where there is one, and every other last digit taken where there is none", () => {
    for (const { family, number, checkDigit } of stored.numbers) {
      if (checkDigit < 0) continue;
      const at = family === TrackingFamily.S10 ? 10 : number.length - 1;
      for (let digit = 0; digit < 10; digit++) {
        const other = number.slice(0, at) + digit + number.slice(at + 1);
        assert.equal(checkDigitHolds(other), digit === checkDigit, other);
      }
    }
    assert.ok(checkDigitHolds("TBA000000000002") && checkDigitHolds("JD0123456789012346"));
  });

  it("one wrong digit of an SSCC never passes, wherever it is", () => {
    for (const { number } of stored.numbers.filter(({ family }) => family === TrackingFamily.Sscc)) {
      for (let at = 2; at < number.length; at++) {
        for (let digit = 0; digit < 10; digit++) {
          const other = number.slice(0, at) + digit + number.slice(at + 1);
          assert.equal(checkDigitHolds(other), other === number, other);
        }
      }
    }
  });

  for (const [number, why] of [
    ["TBA00000000000", "a digit short"],
    ["TBA0000000000012", "a digit long"],
    ["TBB000000000001", "no such prefix"],
    ["JC0123456789012345", "no such prefix"],
    ["JD012345678901234", "a digit short"],
    ["R1123456785DE", "a digit for a letter"],
    ["RA123456785D1", "a digit for a letter"],
    ["01340123450000000014", "not AI 00"],
    ["12345678901", "eleven digits"],
    ["1234567890A", "a letter"],
  ] as const) {
    it(`${number} is of no family: ${why}`, () => {
      assert.equal(trackingFamily(number), TrackingFamily.Unknown);
      assert.ok(checkDigitHolds(number));
    });
  }

  it("normalising keeps at most 35 letters and digits, twice is once, and nothing throws", () => {
    holds(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), (label) => {
        const number = normaliseTracking(label);
        assert.match(number, /^[A-Z0-9]{0,35}$/);
        assert.equal(normaliseTracking(number), number);
        checkDigitHolds(number);
      }),
    );
  });

  it("two labels that differ behind the 34th character are never taken for one that has 34", () => {
    assert.notEqual(normaliseTracking("1".repeat(35)), "1".repeat(34));
  });
});

const DATA = new URL("../../../shared/data/tracking-numbers/", import.meta.url);

/** Families of the shared files that this project tells apart, by file and id. */
const SHARED: [file: string, id: string, family: TrackingFamily][] = [
  ["amazon", "amazon_logistics", TrackingFamily.Amazon],
  ["s10", "s10", TrackingFamily.S10],
  ["dhl", "dhl_express", TrackingFamily.DhlExpress],
  ["fedex", "fedex_12", TrackingFamily.Fedex12],
  ["yodel", "yodel", TrackingFamily.Yodel],
];

/** Examples that are of the carrier's family and not of ours, each with its reason. */
const DEVIATIONS: Record<string, string> = {
  "73891051146": "DHL numbers of 11 digits are not told apart from others",
  RB123456785XX: "the list of countries is not kept on the handheld",
};

describe("tracking numbers of the shared data", function () {
  for (const [file, id, family] of SHARED) {
    it(`${id}: valid ones are of the family and check, invalid ones are not`, function () {
      const path = new URL(`${file}.json`, DATA);
      if (!existsSync(path)) return this.skip();
      const { tracking_numbers: groups } = JSON.parse(readFileSync(path, "utf8")) as {
        tracking_numbers: { id: string; test_numbers: { valid: string[]; invalid: string[] } }[];
      };
      const examples = groups.find((group) => group.id === id)?.test_numbers;
      assert.ok(examples);
      const isTaken = (label: string): boolean => {
        const number = normaliseTracking(label);
        return trackingFamily(number) === family && checkDigitHolds(number);
      };
      const wrong = [
        ...examples.valid.filter((label) => !isTaken(label)),
        ...examples.invalid.filter((label) => isTaken(label)),
      ];
      assert.deepEqual(
        wrong.filter((label) => DEVIATIONS[label] === undefined),
        [],
      );
    });
  }
});
