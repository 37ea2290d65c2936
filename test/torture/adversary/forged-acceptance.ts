// Acceptances forged by whoever has a device's key and a dump of its flash, settled by the real depot: one of the candidates
// of each tag is picked, once a journal. Right ones are booked, unseen; every other one is an alarm that names the parcel.
import { RecordType } from "../../../src/shared/wire/journal.ts";
import type { StoreTransaction } from "../../../src/depot/store/store.ts";
import type { Depot } from "../../../src/depot/depot.ts";
import { JournalWriter } from "../../support/journal-writer.ts";
import { DAY } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import { Books, URL } from "./books.ts";
import { dumpedCodes } from "./dumped-codes.ts";
import { CODES, digitsOf, FastDigest, nearMissFlags, tagsOfAll } from "./fast-digest.ts";
import { reportRate } from "./rates.ts";

const NAME = "forged-acceptance";
const BITS = 11;
/** Codes of the long run, each with all its 10^6 candidates tried, and handhelds that each forge all of them once. */
const PARCELS = 40;
const DEVICES = 600;
const DEVICES_AT_ONCE = 40;
/** 2048 tags over the codes that a salt lets be issued: one in 475. */
const CHANCE = 2 ** BITS / (CODES * (1 - 2 ** -BITS) ** 58.5);

/** A parcel as the forger sees it. */
interface Target {
  tracking: string;
  /** Digits that the tag cannot tell from the code, near misses of one another left out. */
  candidates: string[];
}

/** What a dump of the flash is worth: the manifest's salts and tags, every code tried. */
function targetsOf(manifest: Uint8Array): Target[] {
  const digest = new FastDigest();
  return dumpedCodes(manifest).map(({ tracking, salt, tag }) => {
    const tags = tagsOfAll(digest, salt, BITS);
    const flags = nearMissFlags(tags);
    const candidates: string[] = [];
    tags.forEach((other, code) => {
      if (other === tag && flags[code] === 0) candidates.push(digitsOf(code));
    });
    return { tracking, candidates };
  });
}

/** Forgeries of many handhelds against one set of books. */
class Forgers {
  tries = 0;
  unseen = 0;
  private readonly torture: Torture;
  private readonly books: Books;
  private readonly targets: Target[];
  private readonly codes: Map<string, string>;

  constructor(torture: Torture, books: Books, targets: Target[], codes: Map<string, string>) {
    this.torture = torture;
    this.books = books;
    this.targets = targets;
    this.codes = codes;
  }

  /** One handheld forges every parcel once; what the depot made of each. */
  async forge(depot: Depot, tx: StoreTransaction, device: number): Promise<void> {
    const random = new Random(this.torture.seed + device * 7919);
    await depot.addDevice(device);
    const { keyFile } = await depot.provisionKeyFile(device, URL);
    const { bytes, journalEpoch } = await depot.manifestFor(device, DAY);
    const writer = new JournalWriter(keyFile, bytes, this.books.clock);
    const picked = this.targets.map((target) => random.pick(target.candidates));
    this.targets.forEach(({ tracking }, at) => writer.accept(tracking, picked[at]!));
    while (writer.acknowledged < writer.slots.length) await writer.sync((request) => depot.handleSync(request));
    const records = await tx.records.ofJournal(device, journalEpoch);
    const alarms = (await tx.alarms.list()).filter((alarm) => alarm.device === device);
    for (const [slot, { tracking }] of this.targets.entries()) {
      const isExact = picked[slot] === this.codes.get(tracking);
      const alarm = alarms.find((one) => one.slot === slot)?.kind;
      const record = records[slot];
      const isBooked = record?.type === RecordType.Accepted && record.verdict === "booked" && alarm === undefined;
      this.tries++;
      // A second right one is refused like any second acceptance; the proof was right all the same.
      const right = isBooked || alarm === "second acceptance";
      if (isExact) this.unseen++;
      if (right !== isExact || (!isExact && alarm !== "proof mismatch")) {
        const what = `${isExact ? "the code" : "another candidate"} came out as ${record?.verdict}, alarm ${alarm}`;
        this.torture.violated(pointId(NAME, `${device}/${tracking}`), new Error(what));
      }
    }
    this.torture.tried(this.targets.length);
  }
}

/** Settles forgeries. */
export const forgedAcceptance: Sweep = {
  name: NAME,
  title: "an acceptance forged with the device key and a candidate of the tag: an alarm at settlement but for 1 in 475",
  async run(torture) {
    const parcels = Math.max(2, Math.ceil(PARCELS * Math.sqrt(torture.share)));
    const devices = Math.max(3, Math.ceil(DEVICES * Math.sqrt(torture.share)));
    torture.planned(parcels * devices);
    const books = await Books.open(new Random(torture.seed));
    await books.importRound(Array.from({ length: parcels }, (_, n) => `TBA${100_000_000_000 + n * 7919}`));
    await books.addDevice(1);
    const targets = targetsOf((await books.depot.manifestFor(1, DAY)).bytes);
    const codes = new Map<string, string>();
    for (const { tracking } of targets) codes.set(tracking, await books.codeOf(tracking));
    for (const { tracking, candidates } of targets) {
      if (!candidates.includes(codes.get(tracking)!))
        throw new Error(`${tracking}: the code is not among its candidates`);
    }
    const forgers = new Forgers(torture, books, targets, codes);
    for (let first = 2; first < devices + 2; first += DEVICES_AT_ONCE) {
      await books.undone(async (depot, tx) => {
        const last = Math.min(first + DEVICES_AT_ONCE, devices + 2);
        for (let device = first; device < last; device++) await forgers.forge(depot, tx, device);
      });
    }
    await books.close();
    const rate = { hits: forgers.unseen, tries: forgers.tries, chance: CHANCE };
    reportRate(torture, NAME, "forged acceptances unseen, real settlement", rate);
  },
};
