// Kysely's values, from its CommonJS build: one require. Its ES build is 279 modules, each of which would go through
// tsx's loader: most of a second for every `parola` command. Types come from the package as usual.
import { createRequire } from "node:module";
import type * as KyselyPackage from "kysely";

const kysely = createRequire(import.meta.url)("kysely") as typeof KyselyPackage;

/** What the store uses of Kysely at run time. */
export const { Kysely, SqliteDialect, SqliteDriver, sql } = kysely;
