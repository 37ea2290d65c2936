// A share of a depot's histories, and that a second tag, a second parcel or a salt used twice would be found.
import assert from "node:assert/strict";
import { shareOf } from "../run-share.ts";
import { oneTag, TagWitness } from "./one-tag.ts";

describe("one tag for a code's whole life", () => {
  shareOf(oneTag, 0.05);

  it("is what the witness insists on", () => {
    const salt = new Uint8Array(16).fill(1);
    const other = new Uint8Array(16).fill(2);
    const witness = new TagWitness();
    witness.told("here", 1, 5, salt, 700, 11);
    witness.told("there", 1, 5, salt, 700, 11);
    witness.told("there", 2, 5, other, 700, 11);
    assert.throws(() => witness.told("later", 1, 5, salt, 701, 11), /had parcel 5/);
    assert.throws(() => witness.told("later", 1, 5, salt, 350, 10), /had parcel 5/);
    assert.throws(() => witness.told("later", 1, 6, salt, 700, 11), /had parcel 5/);
    assert.throws(() => witness.told("later", 1, 5, other, 700, 11), /had parcel 5/);
    assert.throws(() => witness.told("later", 3, 5, salt, 700, 11), /share a salt/);
  });
});
