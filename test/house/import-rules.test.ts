// Who may import whom: the project keeps the rules of .dependency-cruiser.cjs, and each of them bites.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { cruise, type IConfiguration, type ICruiseResult } from "dependency-cruiser";
import { ROOT } from "../../scripts/build/project.ts";

const RULES = createRequire(import.meta.url)("../../.dependency-cruiser.cjs") as Required<IConfiguration>;

/** Two modules or a package that break one rule: the importing file, what it imports, and how when not by value. */
const BREAKING: readonly (readonly [rule: string, from: string, to: string, how?: string])[] = [
  ["no-circle", "src/depot/a.ts", "src/depot/b.ts"],
  ["resolvable", "src/depot/a.ts", "./missing.ts"],
  ["no-tests-in-product", "src/depot/a.ts", "test/support/b.ts"],
  ["no-dev-packages-in-product", "src/depot/a.ts", "dev-package"],
  ["shared-alone", "src/shared/a.ts", "hal/contract/b.ts", "import type"],
  ["shared-alone", "src/shared/a.ts", "node:fs"],
  ["contract-alone", "hal/contract/a.ts", "src/shared/wire/b.ts"],
  ["drivers", "hal/espruino/a.ts", "hal/sim/b.ts"],
  ["portable-parts", "hal/portable/a.ts", "node:crypto"],
  ["simulated-parts", "hal/sim/a.ts", "node:fs"],
  ["app", "firmware/app/a.ts", "hal/espruino/b.ts"],
  ["app", "firmware/app/a.ts", "src/depot/b.ts", "import type"],
  ["app", "firmware/app/a.ts", "dev-package"],
  ["boards", "firmware/boards/a.board.ts", "src/dock/b.ts"],
  ["ledger-without-journal", "firmware/app/ledger/a.ts", "firmware/app/journal/b.ts", "import type"],
  ["journal-without-ledger", "firmware/app/journal/a.ts", "firmware/app/ledger/b.ts"],
  ["depot-alone", "src/depot/a.ts", "src/dock/b.ts"],
  ["dock-alone", "src/dock/a.ts", "firmware/app/b.ts"],
  ["technician-with-dock", "src/technician/a.ts", "src/depot/b.ts"],
  ["simulator-without-firmware", "src/simulator/a.ts", "firmware/app/b.ts"],
  ["simulator-without-firmware", "src/simulator/a.ts", "hal/sim/sim-storage.ts"],
  ["page-without-node", "src/simulator/page/a.ts", "node:fs"],
  ["cli-without-firmware", "src/cli/a.ts", "hal/portable/b.ts"],
];

/** Imports that the rules must let pass. */
const ALLOWED: readonly (readonly [from: string, to: string, how?: string])[] = [
  ["hal/contract/a.ts", "src/shared/faults.ts"],
  ["hal/sim/a.ts", "hal/portable/b.ts"],
  ["firmware/app/recovery.ts", "firmware/app/journal/b.ts"],
  ["firmware/boards/a.board.ts", "hal/espruino/b.ts"],
  ["src/technician/a.ts", "src/dock/b.ts"],
  ["src/simulator/a.ts", "hal/sim/host.ts", "import type"],
  ["src/cli/a.ts", "src/depot/b.ts"],
];

describe("import rules", function () {
  this.timeout(60_000);

  it("are kept by the project", async () => {
    const folders = ["bin", "firmware", "hal", "scripts", "src"];
    assert.deepEqual(await violations(ROOT, folders), []);
  });

  it("are all broken once below", () => {
    const names = (RULES.forbidden ?? []).map(({ name }) => name ?? "");
    assert.deepEqual([...new Set(BREAKING.map(([rule]) => rule))].sort(), names.sort());
  });

  for (const [rule, from, to, how] of BREAKING) {
    it(`${rule}: ${from} may not import ${to}`, async () => {
      const found = await tryImport(from, to, how);
      assert.ok(
        found.some((one) => one.startsWith(`${rule}: `)),
        `found ${found.join(", ") || "nothing"}`,
      );
    });
  }

  for (const [from, to, how] of ALLOWED) {
    it(`${from} may import ${to}`, async () => assert.deepEqual(await tryImport(from, to, how), []));
  }
});

/** Cruises a small project in which one file imports another, and what that breaks. */
async function tryImport(from: string, to: string, how = "import"): Promise<string[]> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "parola-imports-")));
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  try {
    const target = to.includes("/") && !to.startsWith(".") ? `${"../".repeat(from.split("/").length - 1)}${to}` : to;
    write(from, `${how} { b } from "${target}";\nexport const a = 1;\nexport type A = typeof b;\n`);
    if (target !== to) write(to, circleBack(from, to));
    write("package.json", JSON.stringify({ devDependencies: { "dev-package": "1.0.0" } }));
    write("node_modules/dev-package/package.json", JSON.stringify({ name: "dev-package", main: "index.js" }));
    write("node_modules/dev-package/index.js", "exports.b = 1;\n");
    return await violations(folder, [from]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Files in one folder import each other; others do not. */
function circleBack(from: string, to: string): string {
  const back = dirname(from) === dirname(to) ? `import { a } from "./a.ts";\nexport const c = a;\n` : "";
  return `${back}export const b = 1;\n`;
}

async function violations(folder: string, paths: string[]): Promise<string[]> {
  const { enhancedResolveOptions, ...options } = RULES.options;
  const result = await cruise(
    paths,
    { ...options, baseDir: folder, ruleSet: { forbidden: RULES.forbidden ?? [] }, validate: true },
    enhancedResolveOptions,
  );
  const { summary } = result.output as ICruiseResult;
  return summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`);
}
