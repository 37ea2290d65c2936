// The areas that are mutated, each with the test files that must notice: unit tests of that area, no scenario.

/** One run of Stryker. */
export interface Area {
  readonly name: string;
  /** Globs of the sources. */
  readonly mutate: readonly string[];
  readonly tests: readonly string[];
}

const firmware = (...names: string[]): string[] => names.map((name) => `test/firmware/${name}.test.ts`);
const depot = (...names: string[]): string[] => names.map((name) => `test/depot/${name}.test.ts`);

/** Every area, in the order in which they run. */
export const AREAS: readonly Area[] = [
  {
    name: "door",
    mutate: ["firmware/app/door/*.ts"],
    tests: firmware("door/judge", "door/order", "door/device-limit", "door/release", "door/faults-and-releases"),
  },
  {
    name: "ledger",
    mutate: ["firmware/app/ledger/*.ts", "firmware/app/cells/*.ts", "firmware/app/used-entries.ts"],
    tests: firmware("ledger/counting", "ledger/memory", "cells/cell-file", "cells/many-rows", "used-entries"),
  },
  {
    name: "journal",
    mutate: ["firmware/app/journal/*.ts"],
    tests: firmware("journal/end", "journal/torn", "journal/corners"),
  },
  {
    name: "recovery",
    mutate: ["firmware/app/recovery.ts", "firmware/app/records.ts"],
    tests: firmware("recovery-steps", "records"),
  },
  {
    name: "sync",
    mutate: ["firmware/app/sync/sync-session.ts", "firmware/app/sync/updates.ts"],
    tests: firmware("sync/session", "sync/updates", "sync/corners"),
  },
  {
    name: "settle",
    mutate: ["src/depot/settle/*.ts"],
    tests: depot("settlement", "settle/acceptance", "settle/handover", "settle/released", "settle/alarms"),
  },
  {
    name: "depot-sync",
    mutate: ["src/depot/sync/*.ts"],
    tests: depot("sync", "sync-standing", "worn-bits", "mend-record"),
  },
];
