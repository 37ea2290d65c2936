// Fuzzes the import of round files into real books: a file that is refused leaves them as they were, one that is taken adds
// what it says and nothing else.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Depot } from "../../../src/depot/depot.ts";
import { DepotError } from "../../../src/depot/depot-error.ts";
import { type FuzzTarget, fuzzSweep, must } from "./fuzz-sweep.ts";
import { type Books, type IntakeDepot, makeIntakeDepot } from "./intake-depot.ts";
import { drawRound, type RoundInput } from "./round-draw.ts";
import type { Store } from "../../../src/depot/store/store.ts";
import { showRound } from "./round-files.fuzz.ts";

/** Beside the readers' own: a usage that names nothing, and rounds or parcels that are in the books already. */
const FAULTS: readonly number[] = [901, 905, 906, 907, 908, 909, 910, 911, 912, 913];

/** Imports files: first into books that are put back, and what was refused once more into books that are not. */
class Importer {
  private readonly folder = mkdtempSync(join(tmpdir(), "parola-fuzz-"));
  private depot: IntakeDepot;

  constructor(depot: IntakeDepot) {
    this.depot = depot;
  }

  async give(input: RoundInput): Promise<string> {
    const path = this.write(input);
    try {
      const refused = await this.import(path, input, this.depot.store);
      if (refused === undefined) return `${input.kind} taken`;
      must((await this.import(path, input, this.depot.store.store)) === refused, "refused, and then not");
      await this.checkUnchanged(refused);
      return `${input.kind} ${refused}`;
    } finally {
      rmSync(this.folder, { recursive: true });
    }
  }

  /** The number it was refused with; undefined when it was taken. */
  private async import(path: string, { day, name, route }: RoundInput, store: Store): Promise<number | undefined> {
    const { clock, entropy } = this.depot.context;
    const depot = new Depot(store, new Uint8Array(32).fill(0x5a), { clock, entropy });
    this.depot.store.after = undefined;
    try {
      this.checkTaken(await depot.importRoundFile(path, { day, name, route }), this.depot.store.after);
      return undefined;
    } catch (error) {
      if (!(error instanceof DepotError)) throw error;
      must(FAULTS.includes(error.number), `fault ${error.number}`);
      return error.number;
    }
  }

  /** @throws when the books changed; the next input finds new ones */
  private async checkUnchanged(refused: number): Promise<void> {
    if (textOf(await this.depot.store.books()) === textOf(this.depot.before)) return;
    await this.depot.store.close();
    this.depot = await makeIntakeDepot();
    throw new Error(`refused with ${refused}, and the books changed`);
  }

  async close(): Promise<void> {
    rmSync(this.folder, { recursive: true, force: true });
    await this.depot.store.close();
  }

  private checkTaken(done: { parcels: number; codes: number; day: number }, after: Books | undefined): void {
    must(after !== undefined, "taken without the books");
    if (done.day !== this.depot.before.manifest.day) return;
    const fresh = after.parcels.length - this.depot.before.parcels.length;
    must(fresh === done.parcels, `${done.parcels} parcels taken, ${fresh} in the books`);
    const codes = after.codes.length - this.depot.before.codes.length;
    must(codes === done.codes && codes <= fresh, `${done.codes} codes issued, ${codes} in the books`);
  }

  private write({ kind, file, routes, sequences }: RoundInput): string {
    mkdirSync(this.folder, { recursive: true });
    const path = join(this.folder, kind === "csv" ? "round.csv" : "package_data.json");
    writeFileSync(path, file);
    if (routes !== undefined) writeFileSync(join(this.folder, "route_data.json"), routes);
    if (sequences !== undefined) writeFileSync(join(this.folder, "actual_sequences.json"), sequences);
    return path;
  }
}

function textOf(books: Books): string {
  return JSON.stringify(books);
}

/** Round files, into the books. */
export const fuzzRoundImport = fuzzSweep({
  name: "fuzz-round-import",
  title: "a round file that is refused leaves the books as they were; one that is taken adds what it says",
  inputs: 2_500,
  properties: 200,
  enough: 500,
  reaches: ["csv taken", "json taken", "csv 908", "csv 907", "json 905"],
  open: async (): Promise<FuzzTarget<RoundInput>> => {
    const importer = new Importer(await makeIntakeDepot());
    return {
      draw: drawRound,
      give: (input) => importer.give(input),
      show: showRound,
      close: () => importer.close(),
    };
  },
});
