// Runs lists of crypto cases under mocha, over @noble/hashes.
import assert from "node:assert/strict";
import { nobleHash } from "../../src/depot/noble-hash.ts";
import { hex, unhex } from "../support/hex.ts";
import type { CryptoCase } from "./crypto.cases.ts";
import { runCryptoCase } from "./run-crypto-case.ts";

/** Adds a suite of one test for each case. */
export function cryptoCases(title: string, cases: readonly CryptoCase[]): void {
  describe(title, () => {
    for (const { name, operation, inputs, expected } of cases) {
      it(name, () => {
        const result = hex(runCryptoCase(nobleHash, operation, inputs.map(unhex)));
        assert.equal(result.slice(0, expected.length), expected);
      });
    }
  });
}
