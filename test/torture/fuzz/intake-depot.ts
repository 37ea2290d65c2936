// A depot in memory for fuzzing its intake: the real store on SQLite, put back after each request by a transaction that is
// never committed, with a look into the books before it is.
import { sameBytes } from "../../../src/shared/wire/bytes.ts";
import { type DepotContext, makeContext } from "../../../src/depot/context.ts";
import { Depot } from "../../../src/depot/depot.ts";
import { parseTracking } from "../../../src/depot/round/parsed-round.ts";
import { DEFAULT_SETTINGS } from "../../../src/depot/settings.ts";
import type { Alarm, Code, Manifest, PlannedParcel, Round, StoredRecord } from "../../../src/depot/store/rows.ts";
import { openSqliteStore } from "../../../src/depot/store/sqlite.ts";
import type { Store, StoreTransaction } from "../../../src/depot/store/store.ts";
import type { Entropy } from "../../../src/depot/surroundings.ts";
import { JournalWriter } from "../../support/journal-writer.ts";
import {
  ASKED,
  DEAR,
  DEARER,
  noon_s,
  PLAIN,
  PLAINER,
  TEST_DAY,
  TEST_DEVICE,
  TEST_URL,
} from "../../support/test-depot.ts";
import { SeededDice } from "./dice.ts";
import { fastHash } from "./fast-hash.ts";

/** What the books say of the test's day. */
export interface Books {
  rounds: Round[];
  parcels: PlannedParcel[];
  codes: Code[];
  manifest: Manifest;
  records: StoredRecord[];
  alarms: Alarm[];
}

class PutBack extends Error {}

/** A store whose transactions are looked at and then undone. */
export class UndoneStore implements Store {
  /** The books as the last transaction would have left them; undefined when none was opened. */
  after: Books | undefined;
  /** The store itself: what is done to it stays. */
  readonly store: Store;
  private readonly journalEpoch: number;

  constructor(store: Store, journalEpoch: number) {
    this.store = store;
    this.journalEpoch = journalEpoch;
  }

  async transaction<T>(work: (tx: StoreTransaction) => Promise<T>): Promise<T> {
    const done: { result?: T } = {};
    try {
      await this.store.transaction(async (tx) => {
        done.result = await work(tx);
        this.after = await booksOf(tx, this.journalEpoch);
        throw new PutBack();
      });
    } catch (error) {
      if (!(error instanceof PutBack)) throw error;
    }
    return done.result as T;
  }

  /** The books as they are. */
  async books(): Promise<Books> {
    return this.store.transaction((tx) => booksOf(tx, this.journalEpoch));
  }

  close(): Promise<void> {
    return this.store.close();
  }
}

async function booksOf(tx: StoreTransaction, journalEpoch: number): Promise<Books> {
  const manifest = await tx.manifests.find(TEST_DEVICE, journalEpoch);
  if (manifest === undefined) throw new Error("the manifest is gone");
  return {
    rounds: await tx.parcels.rounds(TEST_DAY),
    parcels: await tx.parcels.ofDay(TEST_DAY),
    codes: await tx.codes.ofDay(TEST_DAY),
    manifest,
    records: await tx.records.ofJournal(TEST_DEVICE, journalEpoch),
    alarms: await tx.alarms.list(),
  };
}

/** A depot that has three slots of a handheld's journal already. */
export interface IntakeDepot {
  store: UndoneStore;
  context: DepotContext;
  handheld: JournalWriter;
  before: Books;
  /** Digits by tracking number, as buyers read them. */
  digits: ReadonlyMap<string, string>;
}

const PARCELS = [ASKED, DEAR, PLAIN, DEARER, PLAINER];

/** Chance that is the same each time, so that a point's id gives the same bytes again. */
function sameEntropy(): Entropy {
  const dice = new SeededDice();
  dice.reset(7, 8, 9);
  return { bytes: (count) => dice.bytes(count), below: (limit) => dice.below(limit) };
}

/** Makes the depot: a round of five, a handheld that accepted one code, failed on another and tore a slot. */
export async function makeIntakeDepot(): Promise<IntakeDepot> {
  const masterKey = new Uint8Array(32).fill(0x5a);
  const clock = { now_s: () => noon_s(TEST_DAY) };
  const entropy = sameEntropy();
  const store = await openSqliteStore(":memory:");
  await store.transaction((tx) => tx.saveSettings({ ...DEFAULT_SETTINGS, timeZone: "Europe/Rome" }));
  const depot = new Depot(store, masterKey, { clock, entropy });
  const parcels = PARCELS.map((text, at) => ({
    tracking: parseTracking(text, "test"),
    stop: 1 + at,
    address: "",
    value_cents: 0,
    asked: [ASKED, DEAR, DEARER].includes(text),
  }));
  await depot.importRound({ day: TEST_DAY, name: "R1", parcels });
  await depot.addDevice(TEST_DEVICE);
  const { keyFile } = await depot.provisionKeyFile(TEST_DEVICE, TEST_URL);
  const { bytes } = await depot.manifestFor(TEST_DEVICE, TEST_DAY);
  const handheld = new JournalWriter(keyFile, bytes, clock);
  const digits = new Map<string, string>();
  for (const tracking of PARCELS) digits.set(tracking, (await depot.track(tracking)).code ?? "");
  handheld.accept(DEAR, digits.get(DEAR)!);
  handheld.tear();
  handheld.about(ASKED, 3, { tries: 1 });
  await handheld.sync((request) => depot.handleSync(request));
  const undone = new UndoneStore(store, handheld.header.journalEpoch);
  const context = makeContext(masterKey, fastHash, clock, entropy);
  return { store: undone, context, handheld, before: await undone.books(), digits };
}

/** Whether every record that stood in the books stands there unchanged. */
export function keepsRecords(before: Books, after: Books): boolean {
  return before.records.every((record, at) => {
    const now = after.records[at];
    return now !== undefined && now.slot === record.slot && sameBytes(now.bytes, record.bytes);
  });
}
