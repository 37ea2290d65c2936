// Who may import whom, DESIGN.md §5. test/house/import-rules.test.ts breaks each rule once.

/** Everything that a folder imports must match one of the paths. */
const only = (name, from, allowed, comment) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { pathNot: allowed },
});

/** Nothing that a folder imports may match one of the paths. */
const never = (name, from, refused, comment, more = {}) => ({
  name,
  comment,
  severity: "error",
  from: { path: from },
  to: { path: refused, ...more },
});

const SHARED = "^src/shared/";
const CONTRACT = "^hal/contract/";
const PORTABLE = "^hal/portable/";

module.exports = {
  forbidden: [
    {
      name: "no-circle",
      comment: "two modules may know each other's types, but not load each other",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    { name: "resolvable", severity: "error", from: {}, to: { couldNotResolve: true } },
    never(
      "no-tests-in-product",
      "^(firmware|hal|src|scripts/(?!bench/)|scripts/[^/]+$|bin)/?",
      "^test/",
      "tests see the product, never the reverse; benchmarks drive the same processes as the tests",
    ),
    {
      name: "no-dev-packages-in-product",
      comment: "an installed Parola has no development packages",
      severity: "error",
      from: { path: "^(firmware|hal|src)/" },
      to: { dependencyTypes: ["npm-dev"] },
    },

    only("shared-alone", SHARED, [SHARED], "it runs everywhere"),
    only(
      "contract-alone",
      CONTRACT,
      [CONTRACT, "^src/shared/faults\\.ts$", "^src/shared/crypto/hash\\.ts$"],
      "interfaces see shared faults and the hash's interface at most",
    ),
    only("drivers", "^hal/espruino/", ["^hal/espruino/", CONTRACT, PORTABLE, SHARED], "a driver is handed the rest"),
    only("portable-parts", PORTABLE, [PORTABLE, CONTRACT, SHARED, "^node_modules/@noble/hashes/"], "no Node, no DOM"),
    only("simulated-parts", "^hal/sim/", ["^hal/sim/", CONTRACT, PORTABLE, SHARED], "no Node, no DOM"),

    only("app", "^firmware/app/", ["^firmware/app/", CONTRACT, SHARED], "hardware is handed in"),
    only("boards", "^firmware/(boards/|entry\\.ts$)", ["^firmware/", "^hal/", SHARED], "boards join app and drivers"),
    never(
      "ledger-without-journal",
      "^firmware/app/ledger/",
      "^firmware/app/journal/",
      "the ledger alone says what is spent",
    ),
    never(
      "journal-without-ledger",
      "^firmware/app/journal/",
      "^firmware/app/ledger/",
      "a damaged one gives nothing back",
    ),

    never(
      "depot-alone",
      "^src/depot/",
      "^(firmware|hal|src/(dock|technician|simulator|cli))/",
      "only cli joins the parts",
    ),
    never(
      "dock-alone",
      "^src/dock/",
      "^(firmware|hal|src/(depot|technician|simulator|cli))/",
      "only cli joins the parts",
    ),
    never(
      "technician-with-dock",
      "^src/technician/",
      "^(firmware|hal|src/(depot|simulator|cli))/",
      "it sees shared and dock; only cli joins the parts",
    ),
    {
      name: "simulator-without-firmware",
      comment:
        "it loads the built bundle; of the HAL it knows what the bundle is handed, and the chip that outlives it",
      severity: "error",
      from: { path: "^src/simulator/" },
      to: {
        path: "^(firmware|hal|src/(depot|technician|cli))/",
        pathNot: "^hal/sim/(host|sim-chip|tear)\\.ts$",
      },
    },
    never("page-without-node", "^src/simulator/page/", ".*", "it runs in a browser", { dependencyTypes: ["core"] }),
    never("cli-without-firmware", "^src/cli/", "^(firmware|hal)/", "the firmware runs from its bundle"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^dist/" },
    tsPreCompilationDeps: true,
    // On the interpreter `require` gives a built-in module, never a file.
    moduleSystems: ["es6"],
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
      extensions: [".ts", ".js", ".d.ts"],
    },
  },
};
