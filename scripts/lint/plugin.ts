// The local ESLint plugin `parola`: rules for source that the interpreter runs, and for file names.
import { basename } from "node:path";
import type { ESLint, Rule } from "eslint";
import { REGEX_TRAPS, regexTraps, type RegexTrapName } from "./regex-traps.ts";
import { SYNTAX_TRAPS, type SyntaxTrap } from "./syntax-traps.ts";

/** Names like `hardware-clock.ts`, `result.screen.ts`, `esp32.board.ts`; `interpreter.d.ts`. */
const KEBAB_CASE_FILE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

function syntaxRule({ selector, why }: SyntaxTrap): Rule.RuleModule {
  return {
    meta: { type: "problem", docs: { description: why }, schema: [] },
    create: (context) => ({ [selector]: (node: Rule.Node) => context.report({ node, message: why }) }),
  };
}

function regexRule(name: RegexTrapName): Rule.RuleModule {
  const why = REGEX_TRAPS[name];
  return {
    meta: { type: "problem", docs: { description: why }, schema: [] },
    create: (context) => ({
      Literal(node) {
        if (!("regex" in node)) return;
        if (regexTraps(node.regex.pattern, node.regex.flags).includes(name)) context.report({ node, message: why });
      },
    }),
  };
}

/** Text that the boards, whose builds know no UTF-8, would show as several characters. */
const latin1Text: Rule.RuleModule = {
  meta: { type: "problem", docs: { description: "only characters up to 0xFF" }, schema: [] },
  create(context) {
    const check = (node: Rule.Node, text: unknown): void => {
      const wide = typeof text === "string" ? [...text].find((one) => (one.codePointAt(0) ?? 0) > 0xff) : undefined;
      if (wide !== undefined) context.report({ node, message: `\`${wide}\` is several characters on the boards` });
    };
    return {
      Literal: (node) => check(node, node.value),
      TemplateElement: (node) => check(node, node.value.cooked),
    };
  },
};

const kebabCaseFile: Rule.RuleModule = {
  meta: { type: "problem", docs: { description: "file names in kebab-case" }, schema: [] },
  create: (context) => ({
    Program(node) {
      const name = basename(context.filename);
      if (!KEBAB_CASE_FILE.test(name)) context.report({ node, message: `file name \`${name}\`: not in kebab-case` });
    },
  }),
};

/** Rules for source that the interpreter runs. */
export const DEVICE_RULES: Readonly<Record<string, Rule.RuleModule>> = {
  ...Object.fromEntries(Object.entries(SYNTAX_TRAPS).map(([name, trap]) => [name, syntaxRule(trap)])),
  ...Object.fromEntries(Object.keys(REGEX_TRAPS).map((name) => [name, regexRule(name as RegexTrapName)])),
  "latin1-text": latin1Text,
};

export const plugin: ESLint.Plugin = {
  meta: { name: "parola" },
  rules: { ...DEVICE_RULES, "kebab-case-file": kebabCaseFile },
};

/** Every device rule switched on. */
export const deviceRules: Readonly<Record<string, "error">> = Object.fromEntries(
  Object.keys(DEVICE_RULES).map((name) => [`parola/${name}`, "error"] as const),
);
