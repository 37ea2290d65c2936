// The store contract over SQLite, in a file and in memory; and what only a file can show.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../src/depot/store/sqlite.ts";
import { DEFAULT_SETTINGS } from "../../src/depot/settings.ts";
import { storeCases } from "../cases/store.cases.ts";

let directory = "";
const makeDirectory = (): string => (directory = mkdtempSync(join(tmpdir(), "parola-store-")));
const removeDirectory = (): void => rmSync(directory, { recursive: true, force: true });

storeCases({
  name: "SQLite file",
  open: (depot) => openSqliteStore(join(makeDirectory(), "depot.sqlite"), depot),
  end: () => Promise.resolve(removeDirectory()),
});
storeCases({
  name: "SQLite in memory",
  open: (depot) => openSqliteStore(":memory:", depot),
  end: () => Promise.resolve(),
});

describe("store: SQLite file that is opened more than once", () => {
  let path = "";
  beforeEach(() => {
    path = join(makeDirectory(), "depot.sqlite");
  });
  afterEach(removeDirectory);

  it("is migrated once and keeps its rows", async () => {
    const first = await openSqliteStore(path);
    await first.transaction((tx) => tx.saveSettings(DEFAULT_SETTINGS));
    await first.close();
    const second = await openSqliteStore(path);
    assert.deepEqual(await second.transaction((tx) => tx.settings()), DEFAULT_SETTINGS);
    await second.close();
  });

  it("shows each depot its own rows only", async () => {
    const one = await openSqliteStore(path, 1);
    const two = await openSqliteStore(path, 2);
    await one.transaction((tx) => tx.saveSettings(DEFAULT_SETTINGS));
    await one.transaction((tx) => tx.nextId("code", 9));
    assert.equal(await two.transaction((tx) => tx.settings()), undefined);
    assert.equal(await two.transaction((tx) => tx.nextId("code")), 1);
    await one.close();
    await two.close();
  });

  it("makes another connection's transaction wait, and loses none", async () => {
    const [one, two] = [await openSqliteStore(path), await openSqliteStore(path)];
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const first = one.transaction(async (tx) => {
      const id = await tx.nextId("code");
      await held;
      return id;
    });
    const second = two.transaction((tx) => tx.nextId("code"));
    setImmediate(release);
    assert.deepEqual(await Promise.all([first, second]), [1, 2]);
    await one.close();
    await two.close();
  });

  it("brings a database of the first version up to date, with its rows", async () => {
    const { default: Database } = await import("libsql");
    const first = await openSqliteStore(path);
    await first.transaction((tx) => tx.saveSettings(DEFAULT_SETTINGS));
    await first.close();
    const raw = new Database(path);
    for (const table of ["dock_visit", "sync_word", "assignment"]) raw.exec(`drop table ${table}`);
    raw.exec("update schema_version set version = 1");
    raw.close();
    const second = await openSqliteStore(path);
    assert.deepEqual(await second.transaction((tx) => tx.settings()), DEFAULT_SETTINGS);
    assert.deepEqual(await second.transaction((tx) => tx.sightings.visits()), []);
    await second.close();
  });

  it("refuses a database of a newer version", async () => {
    const { default: Database } = await import("libsql");
    (await openSqliteStore(path)).close();
    const raw = new Database(path);
    raw.exec("update schema_version set version = 999");
    raw.close();
    await assert.rejects(openSqliteStore(path), /newer/);
  });
});
