// The depot's data directory: `depot.sqlite`, and `master.key` that only its owner may read. Made once, opened often.
import { chmodSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { Depot } from "./depot.ts";
import type { DepotParts } from "./depot.ts";
import { DepotError } from "./depot-error.ts";
import { DepotFault } from "./faults.ts";
import { createMasterKey, readMasterKey } from "./master-key.ts";
import type { Settings } from "./settings.ts";
import { checkSettings, DEFAULT_SETTINGS } from "./settings.ts";
import { openSqliteStore } from "./store/sqlite.ts";
import { systemEntropy } from "./surroundings.ts";

/** The database's file in the data directory. */
export const DATABASE_FILE = "depot.sqlite";
const OWNER_ONLY = 0o600;
/** The master key's file in the data directory. */
export const MASTER_KEY_FILE = "master.key";

/**
 * Makes a new depot and opens it.
 * @param settings what differs from {@link DEFAULT_SETTINGS}
 * @throws DepotError 902 when the directory holds a depot already or cannot be made, 904 a setting is out of range
 */
export async function initDepot(
  directory: string,
  settings: Partial<Settings> = {},
  parts: DepotParts = {},
): Promise<Depot> {
  const checked = checkSettings({ ...DEFAULT_SETTINGS, ...settings });
  const key = join(directory, MASTER_KEY_FILE);
  const database = join(directory, DATABASE_FILE);
  if (existsSync(key) || existsSync(database)) {
    throw new DepotError(DepotFault.DataDirectory, `${directory}: there is a depot here already`);
  }
  try {
    mkdirSync(directory, { recursive: true, mode: 0o700 });
    createMasterKey(key, parts.entropy ?? systemEntropy);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "error";
    throw new DepotError(DepotFault.DataDirectory, `${directory}: cannot be made (${code})`);
  }
  try {
    const store = await openSqliteStore(database);
    chmodSync(database, OWNER_ONLY); // addresses are in it; the database's other files take their mode from this one
    await store.transaction((tx) => tx.saveSettings(checked));
    return new Depot(store, readMasterKey(key), parts);
  } catch (error) {
    rmSync(key, { force: true }); // nothing is sealed with it yet: a failed start leaves no half depot
    throw error;
  }
}

/**
 * Opens a depot.
 * @throws DepotError 902 when there is none, 903 when the master key is missing, damaged or readable by others
 */
export async function openDepot(directory: string, parts: DepotParts = {}): Promise<Depot> {
  const database = join(directory, DATABASE_FILE);
  if (!existsSync(database)) {
    throw new DepotError(DepotFault.DataDirectory, `${directory}: no depot here; make one with parola init`);
  }
  const masterKey = readMasterKey(join(directory, MASTER_KEY_FILE));
  return new Depot(await openSqliteStore(database), masterKey, parts);
}
