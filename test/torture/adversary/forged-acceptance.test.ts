// A share of forged acceptances through the real settlement, and that a forger has one guess a journal, however it is sent.
import assert from "node:assert/strict";
import { JournalWriter } from "../../support/journal-writer.ts";
import { DAY } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { shareOf, testSeed } from "../run-share.ts";
import { Books } from "./books.ts";
import { digitsOf } from "./fast-digest.ts";
import { forgedAcceptance } from "./forged-acceptance.ts";
import { alarmsOf, statusOf } from "./loaded-handset.ts";

const PARCEL = "TBA100000000001";

describe("forged acceptances", () => {
  shareOf(forgedAcceptance, 0.002);

  it("have one guess a journal: behind a wrong one not even the code itself is looked at, in the same request or later", async () => {
    for (const apart of [false, true]) {
      const books = await Books.open(new Random(testSeed()));
      await books.importRound([PARCEL]);
      const keyFile = await books.addDevice(7);
      const { bytes } = await books.depot.manifestFor(7, DAY);
      const writer = new JournalWriter(keyFile, bytes, books.clock);
      const code = await books.codeOf(PARCEL);
      const to = (request: Uint8Array): Promise<Uint8Array | undefined> => books.depot.handleSync(request);
      writer.accept(PARCEL, digitsOf((Number(code) + 1) % 1_000_000));
      if (apart) await writer.sync(to);
      writer.accept(PARCEL, code);
      await writer.sync(to);
      assert.deepEqual(
        [await statusOf(books, PARCEL), await alarmsOf(books)],
        ["open", ["proof mismatch", "proof mismatch"]],
      );
      await books.close();
    }
  });
});
