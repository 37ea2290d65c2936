// Two tags of one code would leave 0.24 candidates instead of 475. Whatever a depot goes through (reissues, new manifests,
// lost handhelds, days closed, another width of tag in its settings), salt and tag of a code never change, no salt is used
// twice, and no two parcels share a code: read from its books, from every manifest it sealed and every update it queued.
import type { Depot } from "../../../src/depot/depot.ts";
import { DepotError } from "../../../src/depot/depot-error.ts";
import { decodeUpdate, UpdateKind } from "../../../src/shared/wire/update.ts";
import { hex } from "../../support/hex.ts";
import { DAY } from "../../support/test-round.ts";
import { Random } from "../random.ts";
import { pointId, type Sweep } from "../sweep.ts";
import { Books } from "./books.ts";
import { dumpedCodes } from "./dumped-codes.ts";
import { FastDigest } from "./fast-digest.ts";

const NAME = "one-tag";
/** Histories of the long run, and what happens in each. */
const HISTORIES = 120;
const STEPS = 40;
const PARCELS = 8;
const DAYS = 4;
const DEVICES = [7, 8, 9];
const WIDTHS = [8, 10, 11, 12, 16];

/** What was ever told of a code, and by whom. */
export class TagWitness {
  private readonly ofCode = new Map<number, string>();
  private readonly ofSalt = new Map<string, number>();

  /** @throws Error when a code had another salt, tag, width or parcel before, or a salt another code */
  told(where: string, code: number, parcel: number, salt: Uint8Array, tag: number, tagBits: number): void {
    const told = `parcel ${parcel}, salt ${hex(salt)}, tag ${tag} of ${tagBits} bits`;
    const before = this.ofCode.get(code) ?? told;
    if (before !== told) throw new Error(`${where}: code ${code} had ${before}, has ${told}`);
    const owner = this.ofSalt.get(hex(salt)) ?? code;
    if (owner !== code) throw new Error(`${where}: codes ${owner} and ${code} share a salt`);
    this.ofCode.set(code, told);
    this.ofSalt.set(hex(salt), code);
  }
}

/** One thing that happens at a depot; what it refuses does not happen. */
type Step = (books: Books, random: Random) => Promise<unknown>;

const someDay = (random: Random): number => DAY + random.below(DAYS);
const someParcel = (random: Random): string => `TBA${100_000_000_000 + random.below(PARCELS * DAYS) * 7919}`;

const STEP_KINDS: readonly Step[] = [
  ({ depot }, random) => depot.reissue(someParcel(random)),
  ({ depot }, random) => depot.reissue(someParcel(random), { forDay: someDay(random) }),
  ({ depot }, random) => depot.manifestFor(random.pick(DEVICES), someDay(random)),
  async ({ depot }, random) => {
    const day = someDay(random);
    const rounds = (await depot.report(day)).rounds;
    return rounds.length === 0 ? undefined : depot.sealManifest(random.pick(DEVICES), day, random.pick(rounds).name);
  },
  ({ depot }, random) => {
    const day = someDay(random);
    return random.chance(1, 3) ? depot.closeDay(day, day + 1) : depot.report(day);
  },
  ({ depot }, random) => (random.chance(1, 4) ? depot.markLost(random.pick(DEVICES)) : depot.devices()),
  ({ depot }, random) => depot.provisionKeyFile(random.pick(DEVICES), "http://depot.test", { again: true }),
  async (books, random) => {
    const tagBits = random.pick(WIDTHS);
    await books.read(async (tx) => tx.saveSettings({ ...(await tx.settings())!, tagBits }));
  },
];

/** Runs one history, looking at everything the depot ever told after each step. */
export async function runHistory(seed: number, corrupt?: (books: Books) => Promise<void>): Promise<void> {
  const random = new Random(seed);
  const books = await Books.open(random);
  const witness = new TagWitness();
  for (let day = 0; day < DAYS; day++) {
    const trackings = Array.from({ length: PARCELS }, (_, n) => `TBA${100_000_000_000 + (day * PARCELS + n) * 7919}`);
    await books.importRound(trackings, (tracking) => tracking.endsWith("7"), DAY + day, `R${day}`);
  }
  for (const device of DEVICES) await books.depot.addDevice(device);
  for (let step = 0; step < STEPS; step++) {
    try {
      await random.pick(STEP_KINDS)(books, random);
    } catch (error) {
      if (!(error instanceof DepotError)) throw error;
    }
    if (step === STEPS >> 1) await corrupt?.(books);
    await look(books, witness, step);
  }
  await lookAtTags(books, books.depot);
  await books.close();
}

/** All that the depot holds and all that left it, to the witness. */
async function look(books: Books, witness: TagWitness, step: number): Promise<void> {
  await books.read(async (tx) => {
    for (let day = DAY; day <= DAY + DAYS; day++) {
      for (const { id, parcel, salt, tag, tagBits } of await tx.codes.ofDay(day)) {
        witness.told(`books, step ${step}`, id, parcel, salt, tag, tagBits);
      }
    }
    for (const device of DEVICES) {
      for (const { journalEpoch } of await tx.manifests.ofDevice(device)) {
        const manifest = await tx.manifests.bytes(device, journalEpoch);
        for (const { code, parcel, salt, tag, tagBits } of dumpedCodes(manifest!)) {
          witness.told(`manifest ${device}/${journalEpoch}, step ${step}`, code, parcel, salt, tag, tagBits);
        }
        for (const { bytes } of await tx.manifests.updates(device, journalEpoch, 0, 1000)) {
          const { kind, newCode, parcel, salt, tag, tagBits } = decodeUpdate(bytes);
          if (kind !== UpdateKind.Replace) continue;
          witness.told(`update ${device}/${journalEpoch}, step ${step}`, newCode, parcel, salt, tag, tagBits);
        }
      }
    }
  });
}

/** The codes that buyers see have the tags that were told of them. */
async function lookAtTags(books: Books, depot: Depot): Promise<void> {
  const digest = new FastDigest();
  for (let n = 0; n < PARCELS * DAYS; n++) {
    const tracking = `TBA${100_000_000_000 + n * 7919}`;
    const { code: digits } = await depot.track(tracking);
    if (digits === undefined) continue;
    const live = await books.read(async (tx) => {
      const [planned] = await tx.parcels.byTracking(tracking);
      return (await tx.codes.ofParcel(planned!.parcel.id)).find(({ state }) => state === "live");
    });
    digest.setSalt(live!.salt);
    if (digest.tag(Number(digits), live!.tagBits) !== live!.tag) throw new Error(`${tracking}: a code of another tag`);
  }
}

/** Histories of a depot. */
export const oneTag: Sweep = {
  name: NAME,
  title: "salt, tag and parcel of a code never change, whatever its depot goes through",
  async run(torture) {
    const histories = Math.max(1, Math.round(HISTORIES * torture.share));
    torture.planned(histories);
    for (let n = 0; n < histories; n++) {
      const id = pointId(NAME, String(n));
      if (torture.only !== undefined && torture.only !== id) continue;
      try {
        await runHistory(torture.seed + n * 104_729);
      } catch (error) {
        torture.violated(id, error);
      }
      torture.tried();
    }
  },
};
