// Lint: typescript-eslint's strict rules everywhere, and the traps of the interpreter in everything that it runs.
import { builtinModules } from "node:module";
import tseslint from "typescript-eslint";
import { register } from "tsx/esm/api";

register();
const { plugin, deviceRules } = await import("./scripts/lint/plugin.ts");

/** Source that is compiled into bundles. */
const DEVICE = ["firmware/**/*.ts", "hal/**/*.ts", "src/shared/**/*.ts", "scripts/bench/device/**/*.ts"];

/** Where the interpreter's own globals may be named. */
const DRIVERS = [
  "hal/espruino/**/*.ts",
  "firmware/boards/**/*.ts",
  "firmware/entry.ts",
  "scripts/bench/device/**/*.ts",
];

/** Interpreter and host globals that only drivers may name; the rest of the device code is handed its parts. */
const DRIVER_GLOBALS = [
  ..."E global globalThis process require Graphics Pin USB Serial1 Serial2 I2C1 SPI1 Storage console print eval".split(
    " ",
  ),
  ..."setTimeout clearTimeout setInterval clearInterval setWatch clearWatch getTime setTime Date".split(" "),
  ..."digitalRead digitalWrite digitalPulse analogRead analogWrite pinMode reset load quit".split(" "),
];

export default tseslint.config(
  { ignores: ["dist/", "node_modules/", "test/fixtures/", "**/*.cjs"] },
  ...tseslint.configs.strict,
  {
    plugins: { parola: plugin },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "parola/kebab-case-file": "error",
      eqeqeq: "error",
      "max-lines": ["error", { max: 350 }],
      "max-lines-per-function": ["warn", { max: 60, skipBlankLines: true, skipComments: true }],
      "no-var": "error",
      "prefer-const": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/explicit-module-boundary-types": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
    },
  },
  {
    files: DEVICE,
    rules: {
      ...deviceRules,
      "no-eval": "error",
      "no-implied-eval": "error",
      "no-new-func": "error",
      "no-restricted-globals": ["error", ...DRIVER_GLOBALS.map((name) => ({ name, message: "only drivers name it" }))],
      "no-restricted-imports": ["error", { paths: builtinModules, patterns: ["node:*"] }],
      "prefer-rest-params": "error",
    },
  },
  {
    files: DRIVERS,
    // There `require` gives a built-in module of the interpreter.
    rules: { "no-restricted-globals": "off", "no-eval": "off", "@typescript-eslint/no-require-imports": "off" },
  },
  {
    files: ["**/*.d.ts"],
    rules: {
      // Declarations restate what exists, in the form the checker wants it.
      "no-var": "off",
      "@typescript-eslint/no-unsafe-function-type": "off",
      "@typescript-eslint/no-empty-object-type": "off",
      "@typescript-eslint/no-unused-vars": "off",
      "@typescript-eslint/no-wrapper-object-types": "off",
      "@typescript-eslint/unified-signatures": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "no-restricted-globals": "off",
      "parola/no-computed-key": "off",
    },
  },
  {
    files: ["test/**/*.ts"],
    rules: { "max-lines-per-function": "off", "@typescript-eslint/no-non-null-assertion": "off" },
  },
);
