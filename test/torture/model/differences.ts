// Compares the model with what the handheld's flash holds and what the depot's books say. Differences are sentences.
import { RecordType } from "../../../src/shared/wire/journal.ts";
import type { What } from "./model-types.ts";
import type { BookedBooks } from "./observations.ts";
import type { Books } from "./books.ts";
import { digestOf, type Secret } from "./real-depot.ts";
import type { Seen } from "./real-handheld.ts";
import type { Forecast } from "./forecast.ts";

const WHAT: Record<number, What> = {
  [RecordType.Accepted]: "accepted",
  [RecordType.HandedOver]: "handed over",
  [RecordType.Wrong]: "wrong",
  [RecordType.NotDelivered]: "not delivered",
  [RecordType.Reversed]: "reversed",
  [RecordType.Released]: "released",
  [RecordType.WrongAnswer]: "wrong answer",
  [RecordType.TryFound]: "try found",
};

/** A record as it was seen, in the model's words. */
export interface SeenResult {
  what: What;
  parcel: number;
  code: number;
  number: number;
  isExact: boolean;
  tries: number;
  triesInAll: number;
  acknowledged: number;
  slot: number;
  time_s: number;
}

/** The valid records of a journal, in order. */
export function seenResults(seen: Seen, secrets: readonly Secret[]): SeenResult[] {
  const valid = seen.slots.filter(({ state }) => state === "valid" || state === "unsealed");
  return valid.map(({ slot, body }): SeenResult => {
    const { type, parcel, code, reason, detail, proof, tries, triesInAll, acknowledged, time_s } = body!;
    const what = WHAT[type] ?? (`type ${type}` as What);
    const secret = what === "accepted" ? secrets[code - 1] : undefined;
    const isExact = secret !== undefined && digestOf(secret.salt, secret.digits).subarray(16).equals(proof);
    const place = valid.findIndex((one) => one.slot === detail);
    const number = what === "not delivered" ? reason : what === "reversed" ? place : detail;
    return { what, parcel, code, number, isExact, tries, triesInAll, acknowledged, slot, time_s };
  });
}

function compare(what: string, real: unknown, model: unknown): string[] {
  const [seen, wanted] = [JSON.stringify(real), JSON.stringify(model)];
  return seen === wanted ? [] : [`${what}: ${seen ?? "nothing"}, the model says ${wanted ?? "nothing"}`];
}

/** In which ways the flash is not what the model says; the record that a found try has no parcel for may name one. */
export function handheldDifferences(
  { handheld }: Forecast,
  seen: Seen | undefined,
  secrets: readonly Secret[],
): string[] {
  const found = compare("active manifest", seen?.number, handheld.active?.number);
  if (seen === undefined || handheld.active === undefined || found.length > 0) return found;
  for (const [code, spent] of seen.spent) {
    found.push(...compare(`spent on code ${code}`, spent, handheld.spent(code)));
  }
  found.push(...compare("device failures", seen.failures, handheld.failures()));
  found.push(...compare("updates stored", seen.stored, handheld.stored));
  const told = seenResults(seen, secrets).map(({ slot: _slot, time_s: _time, ...result }) => comparable(result));
  const wanted = handheld.active.journal.map(({ slot: _slot, verdict: _verdict, ...result }) => comparable(result));
  for (let at = 0; at < Math.max(told.length, wanted.length); at++) {
    found.push(...compare(`result ${at}`, told[at], wanted[at]));
  }
  for (const [parcel, isOut] of seen.isOut) {
    found.push(...compare(`parcel ${parcel} handed over`, isOut, handheld.isOut(parcel)));
  }
  const last = seen.slots.length - 1;
  for (const { slot, state } of seen.slots) {
    if (state === "altered" || (state === "unsealed" && slot !== last)) found.push(`slot ${slot} is ${state}`);
  }
  return found;
}

function comparable<T extends { what: What; parcel: number; code: number; number: number; isExact: boolean }>(
  result: T,
): unknown[] {
  const { what, parcel, code, number, isExact, ...rest } = result;
  return [what, what === "try found" ? 0 : parcel, code, number, isExact, Object.entries(rest).sort()];
}

/** Alarms that no honest handheld may cause. */
const NEVER =
  /cloned|tampered|unknown|updates full|reversal without|never issued|second acceptance|other day|rolled|worn/;

/**
 * In which ways the depot's books are not what the model says; read from its tables, not through its code;
 * of the journals those that are named.
 */
export function depotDifferences({ depot }: Forecast, books: Books, journals: ReadonlySet<number>): string[] {
  const found: string[] = [];
  const parcels = books.parcels();
  const days = books.plans();
  for (const { id, needsCode: _needsCode, plans, isAccepted, isReversed, ...wanted } of depot.parcels) {
    const model = { ...wanted, isAccepted: Number(isAccepted), isReversed: Number(isReversed) };
    found.push(...compare(`parcel ${id}`, sorted(parcels[id - 1]), sorted({ id, ...model })));
    found.push(...compare(`days of parcel ${id}`, days[id], plans));
  }
  const codes = books.codes();
  for (const wanted of depot.codes) {
    found.push(...compare(`code ${wanted.id}`, sorted(codes[wanted.id - 1]), sorted(wanted)));
  }
  const manifests = books.manifests();
  for (const { number, isClosed, acknowledged, updates, journal } of depot.manifests) {
    const model = { number, isClosed: Number(isClosed), acknowledged, updates: updates.length };
    found.push(...compare(`manifest ${number}`, sorted(manifests[number - 1]), sorted(model)));
    if (!journals.has(number)) continue;
    const records = books.records(number).map(({ slot, type, verdict }) => `${slot} ${WHAT[type]} ${verdict}`);
    const booked = journal.filter(({ verdict }) => verdict !== "");
    const results = booked.map(({ slot, what, verdict }) => `${slot} ${what} ${verdict}`);
    found.push(...compare(`booked of manifest ${number}`, records, results));
  }
  found.push(
    ...compare(
      "as many",
      [parcels, codes, manifests].map(({ length }) => length),
      [depot.parcels.length, depot.codes.length, depot.manifests.length],
    ),
  );
  const alarms = books.alarms().filter(({ kind }) => NEVER.test(kind));
  return [...found, ...alarms.map(({ kind, text }) => `alarm "${kind}": ${text}`)];
}

/** What the tables say of some manifests and of all parcels, as the reference model is told it. */
export function booksSay(books: Books, numbers: readonly number[]): BookedBooks {
  const codes = books.codes();
  const manifests = books.manifests();
  return {
    journals: numbers.map((number) => ({
      number,
      acknowledged: Number(manifests[number - 1]?.["acknowledged"]),
      records: books.records(number).map(({ slot, type, verdict }) => ({ slot, what: WHAT[type] ?? "", verdict })),
    })),
    delivered: new Set(books.parcels().flatMap(({ id, status }) => (status === "delivered" ? [Number(id)] : []))),
    triesKnown: (code) => Number(codes[code - 1]?.["tries"]),
  };
}

function sorted(row: object | undefined): unknown[] {
  return Object.entries(row ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
}
