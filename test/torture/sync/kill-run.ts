// The depot as a real process on its real file, killed without a word while several handhelds sync at the same time, and
// started again, many times. After each kill its files are copied and read: whatever any reply acknowledged is in there.
import assert from "node:assert/strict";
import { copyFileSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Depot } from "../../../src/depot/depot.ts";
import { DATABASE_FILE, initDepot } from "../../../src/depot/open-depot.ts";
import { parseDay } from "../../../src/depot/calendar.ts";
import { openSqliteStore } from "../../../src/depot/store/sqlite.ts";
import type { Store } from "../../../src/depot/store/store.ts";
import { DepotProcess, localDay, noonZone } from "../../scenario/depot-process.ts";
import { hex } from "../../support/hex.ts";
import { JournalWriter } from "../../support/journal-writer.ts";
import { BooksModel } from "./books-model.ts";
import { Draw } from "./draw.ts";
import { KillHandheld, type Known } from "./kill-handheld.ts";

const HANDHELDS = 5;
const PARCELS = 160;
const PROTECTED_EVERY = 10;
const START_LIMIT_MS = 60_000;
/** Requests between two kills, and the moment after the last of them. */
const REQUESTS = { least: 5, most: 50 };
const MOMENT_MS = 12;
/** More attempts to sync than any run makes. */
const ROUNDS_MAX = 20_000;

/** What a run did. */
export interface KillResult {
  kills: number;
  answered: number;
  /** Requests that a kill left without an answer. */
  unanswered: number;
  records: number;
}

/** One depot, killed so many times. @throws Error naming what was lost, doubled or invented */
export async function runKills(seed: number, kills: number): Promise<KillResult> {
  const process = new DepotProcess();
  try {
    const run = new KillRun(process, new Draw(seed));
    await run.prepare();
    await run.underFire(kills);
    await run.finish();
    return run.result;
  } finally {
    await process.remove();
  }
}

class KillRun {
  readonly result: KillResult = { kills: 0, answered: 0, unanswered: 0, records: 0 };
  private readonly process: DepotProcess;
  private readonly draw: Draw;
  private readonly books = new BooksModel();
  private readonly handhelds: KillHandheld[] = [];
  private readonly day: number;
  private readonly now = new Date();
  private url: Promise<string> = Promise.resolve("");
  private isOver = false;
  private sent = 0;
  private waiting: { count: number; then: () => void } | undefined;

  constructor(process: DepotProcess, draw: Draw) {
    this.process = process;
    this.draw = draw;
    this.day = parseDay(localDay(0, this.now));
  }

  /** A depot with a round for each handheld; it is made here and closed again, the process opens it next. */
  async prepare(): Promise<void> {
    const depot = await initDepot(this.process.folder, { name: "Under fire", timeZone: noonZone(this.now) });
    try {
      for (let device = 1; device <= HANDHELDS; device++) await this.addHandheld(depot, device);
    } finally {
      await depot.close();
    }
  }

  /** Everybody syncs; the depot is killed again and again. */
  async underFire(kills: number): Promise<void> {
    await this.start();
    let failure: unknown;
    const syncing = Promise.all(this.handhelds.map((handheld) => this.keepSyncing(handheld))).catch(
      (error: unknown) => {
        failure = error;
        this.stop();
      },
    );
    try {
      await this.killAndRestart(kills);
    } finally {
      this.stop();
      await syncing;
    }
    if (failure !== undefined) throw failure;
  }

  /** A last sync of each; then the books against the journals, byte for byte, and against the tally. */
  async finish(): Promise<void> {
    for (const handheld of this.handhelds) {
      const { writer } = handheld;
      for (let turn = 0; writer.acknowledged < writer.slots.length; turn++) {
        assert.ok(turn < writer.slots.length, "the last sync does not end");
        await handheld.sync(await this.url);
      }
    }
    await this.process.kill();
    const depot = await this.process.books();
    const { lines, alarms } = await depot.report(this.day);
    assert.deepEqual(alarms, []);
    assert.deepEqual(this.books.alarms, []);
    const shown = lines.map(({ tracking, status, reason }) => [tracking, `${status} ${reason}`]);
    const wanted = this.books.ofDay(this.day);
    const ids = new Map(this.handhelds.flatMap(({ parcels }) => parcels.map(({ id, tracking }) => [tracking, id])));
    for (const [tracking, line] of shown) assert.equal(line, wanted.get(ids.get(tracking ?? "") ?? 0), tracking);
    await this.checkCopy(true);
  }

  private async addHandheld(depot: Depot, device: number): Promise<void> {
    const name = `R${device}`;
    const parcels = Array.from({ length: PARCELS }, (_, at) => ({
      tracking: `TBA${device}${String(at).padStart(11, "0")}`,
      stop: 1 + at,
      address: `${at + 1} Mill Lane`,
      value_cents: 500,
      asked: at % PROTECTED_EVERY === 0,
    }));
    await depot.addDevice(device);
    await depot.importRound({ day: this.day, name, parcels });
    const { keyFile } = await depot.provisionKeyFile(device, "http://127.0.0.1:1");
    const { bytes } = await depot.sealManifest(device, this.day, name);
    const writer = new JournalWriter(keyFile, bytes, { now_s: () => Math.floor(this.now.getTime() / 1000) });
    const known: Known[] = [];
    for (const { tracking, asked } of parcels) {
      const { parcel } = writer.parcel(tracking);
      const digits = asked ? (await depot.track(tracking)).code : undefined;
      known.push({ id: parcel, tracking, digits });
      this.books.add(parcel, asked, this.day);
    }
    this.handhelds.push(new KillHandheld(writer, known, this.books, this.draw.fork()));
  }

  private async keepSyncing(handheld: KillHandheld): Promise<void> {
    for (let round = 0; !this.isOver; round++) {
      assert.ok(round < ROUNDS_MAX, "syncing does not end");
      handheld.work();
      const url = await this.url;
      this.count();
      if ((await handheld.sync(url)) === "answered") this.result.answered++;
      else this.result.unanswered++;
    }
  }

  private async killAndRestart(kills: number): Promise<void> {
    for (let kill = 0; kill < kills; kill++) {
      await this.untilSent(this.draw.between(REQUESTS.least, REQUESTS.most));
      await new Promise((resolve) => setTimeout(resolve, this.draw.below(MOMENT_MS)));
      if (this.isOver) return;
      await this.start(async () => {
        await this.process.kill();
        this.result.kills++;
        const promised = this.handhelds.map((one) => one.promised);
        await this.checkCopy(false, promised);
      });
    }
  }

  /** Starts the server, after something else perhaps; whoever wants to sync waits until it is there. */
  private async start(before: () => Promise<void> = () => Promise.resolve()): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error("the server does not start")), START_LIMIT_MS);
    });
    const started = before().then(() => this.process.serve());
    this.url = Promise.race([started.then(() => this.process.url), late]);
    await this.url.finally(() => clearTimeout(timer));
  }

  private stop(): void {
    this.isOver = true;
    this.waiting?.then();
  }

  private count(): void {
    this.sent++;
    if (this.waiting !== undefined && this.sent >= this.waiting.count) this.waiting.then();
  }

  private untilSent(count: number): Promise<void> {
    return new Promise((resolve) => (this.waiting = { count: this.sent + count, then: resolve }));
  }

  /** Reads a copy of the database's files, so that it is the server that has to recover the originals. */
  private async checkCopy(isLast: boolean, promised: readonly number[] = []): Promise<void> {
    const copy = mkdtempSync(join(tmpdir(), "parola-copy-"));
    try {
      for (const name of [DATABASE_FILE, `${DATABASE_FILE}-wal`]) {
        const file = join(this.process.folder, name);
        if (existsSync(file)) copyFileSync(file, join(copy, name));
      }
      const store = await openSqliteStore(join(copy, DATABASE_FILE));
      try {
        for (const [at, handheld] of this.handhelds.entries()) {
          const { writer } = handheld;
          const booked = await checkJournal(store, writer);
          if (isLast) assert.equal(booked, writer.slots.length, `handheld ${writer.keys.device}: slots booked`);
          else
            assert.ok(
              booked >= (promised[at] ?? 0),
              `handheld ${writer.keys.device}: ${promised[at]} acknowledged, ${booked} booked`,
            );
          if (isLast) this.result.records += writer.slots.filter((slot) => slot !== undefined).length;
        }
      } finally {
        await store.close();
      }
    } finally {
      rmSync(copy, { recursive: true, force: true });
    }
  }
}

/** Every record below what is acknowledged, once and byte for byte, and none above it; how many slots that is. */
async function checkJournal(store: Store, { keys, header, slots }: JournalWriter): Promise<number> {
  return store.transaction(async (tx) => {
    const manifest = await tx.manifests.find(keys.device, header.journalEpoch);
    const acknowledged = manifest?.acknowledged ?? -1;
    const records = await tx.records.ofJournal(keys.device, header.journalEpoch);
    const booked = records.map(({ slot, bytes }) => `${slot} ${hex(bytes)}`);
    const written = slots
      .slice(0, acknowledged)
      .flatMap((bytes, slot) => (bytes === undefined ? [] : [`${slot} ${hex(bytes)}`]));
    assert.deepEqual(booked, written, `handheld ${keys.device}: records in the books and in its journal`);
    return acknowledged;
  });
}
