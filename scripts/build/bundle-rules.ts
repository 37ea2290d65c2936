// The rules of the finished-bundle check that look at syntax; absent-names.ts has the one about names.
// Each comes from a line of the interpreter's measurements (design.md; CONTRIBUTING.md, "What the interpreter gets wrong").
import type { AnyNode, CallExpression, Literal } from "acorn";
import { REGEX_TRAPS, regexTraps } from "../lint/regex-traps.ts";
import { NO_METHOD_NAMES } from "./foreign-names.ts";
import { isFunction } from "./syntax-tree.ts";
import { unsettledVariables } from "./unsettled-variables.ts";

/** Name of a broken rule, and why it is one. */
export type BrokenRule = readonly [name: string, why: string];
type BundleRule = (node: AnyNode, ancestors: readonly AnyNode[], script: string) => readonly BrokenRule[];

const NONE: readonly BrokenRule[] = [];

/** What ES2015 added and a bundle must not use; arrows, and classes without a parent, are what the interpreter does right. */
const NEWER: readonly string[] = [
  "TemplateLiteral",
  "TaggedTemplateExpression",
  "ForOfStatement",
  "SpreadElement",
  "RestElement",
  "ArrayPattern",
  "ObjectPattern",
  "AssignmentPattern",
  "YieldExpression",
  "MetaProperty",
  "Super",
];

const es5Only: BundleRule = (node) => {
  const declared = node.type === "VariableDeclaration" && node.kind !== "var";
  const heir = (node.type === "ClassExpression" || node.type === "ClassDeclaration") && node.superClass;
  const property = node.type === "Property" && (node.shorthand || node.computed || node.method);
  const method = node.type === "MethodDefinition" && (node.static || node.computed || /^[gs]et$/.test(node.kind));
  const generator = isFunction(node) && node.generator === true;
  const newer = NEWER.includes(node.type) || declared || Boolean(heir) || property || method || generator;
  return when(newer, "es5-only", `${node.type} is newer than ES5`);
};

/** `class { do() {} }` is a syntax error there; as a property or a key the word is fine. */
const methodName: BundleRule = (node) => {
  const name = node.type === "MethodDefinition" && node.key.type === "Identifier" ? node.key.name : "";
  return when(NO_METHOD_NAMES.has(name), "no-reserved-method", `a class cannot have a method \`${name}\``);
};

const label: BundleRule = (node) => when(node.type === "LabeledStatement", "no-label", "labels do not exist");

const withStatement: BundleRule = (node) => when(node.type === "WithStatement", "no-with", "`with` does not exist");

const debuggerStatement: BundleRule = (node) =>
  when(node.type === "DebuggerStatement", "no-debugger", "`debugger` stops the interpreter");

const caseAfterDefault: BundleRule = (node) => {
  if (node.type !== "SwitchStatement") return NONE;
  const position = node.cases.findIndex((one) => one.test === null || one.test === undefined);
  return when(
    position >= 0 && position < node.cases.length - 1,
    "no-case-after-default",
    "CASE after DEFAULT unsupported",
  );
};

/** Functions are not hoisted: each must stand before the first statement of its body. */
const functionsFirst: BundleRule = (node, ancestors) => {
  if (node.type !== "FunctionDeclaration") return NONE;
  const parent = ancestors.at(-1);
  const body = parent?.type === "Program" || parent?.type === "BlockStatement" ? parent.body : undefined;
  const above = body?.filter((one) => one.end <= node.start) ?? [];
  const first = body !== undefined && above.every((one) => one.type === "FunctionDeclaration");
  return when(!first, "functions-first", "a function is declared below a statement, and functions are not hoisted");
};

/** `var` is not hoisted: see settle-declarations.ts. */
const variablesSettled: BundleRule = (node) => {
  if (!isFunction(node) && node.type !== "Program") return NONE;
  return unsettledVariables(node).map((name) => [
    "variables-settled",
    `\`${name}\` may be used before its \`var\` has run`,
  ]);
};

const argumentsCallee: BundleRule = (node) =>
  when(isMember(node, "arguments", "callee"), "no-arguments-callee", "`arguments.callee` does not exist");

const jsonHooks: BundleRule = (node) => {
  if (node.type !== "CallExpression") return NONE;
  const called = isMember(node.callee, "JSON", "parse") || isMember(node.callee, "JSON", "stringify");
  const hooked = called && node.arguments.length > 1 && !isNullish(node.arguments[1]);
  return when(hooked, "no-json-hook", "a reviver or replacer is silently ignored");
};

const lengthAssignment: BundleRule = (node, _ancestors, script) => {
  const target =
    node.type === "AssignmentExpression" ? node.left : node.type === "UpdateExpression" ? node.argument : null;
  const assigned = target?.type === "MemberExpression" && propertyName(target) === "length";
  // A class may well have a field of that name: then the bundle says `this.length = ` somewhere, and copies of it pass.
  const field = (): boolean => /\bthis\.length=/.test(script);
  return when(assigned && !field(), "no-length-assignment", "assigning `length` throws on arrays");
};

const mathRandom: BundleRule = (node) =>
  when(isMember(node, "Math", "random"), "no-math-random", "not a source of secrets; the entropy part is");

const regex: BundleRule = (node) => {
  if (node.type !== "Literal" || node.regex === undefined || node.regex === null) return NONE;
  return regexTraps(node.regex.pattern, node.regex.flags).map((trap) => [trap, REGEX_TRAPS[trap]]);
};

/** A pattern made at run time would escape the rules on patterns. */
const regexConstructor: BundleRule = (node) => {
  const made = (node.type === "NewExpression" || node.type === "CallExpression") && isNamed(node.callee, "RegExp");
  return when(made, "no-regexp-constructor", "a pattern made at run time cannot be checked");
};

/** Builds differ in what a character above 0xFF is: one on UTF-8 builds, two or three bytes on the boards. */
const latin1: BundleRule = (node) => {
  const wide = isText(node) && [...node.value].some((character) => (character.codePointAt(0) ?? 0) > 0xff);
  return when(wide, "latin1-text", "a character above 0xFF is several on the boards");
};

const functionConstructor: BundleRule = (node) => {
  const made = (node.type === "NewExpression" || node.type === "CallExpression") && isNamed(node.callee, "Function");
  return when(made, "no-function-constructor", "code made at run time cannot be checked");
};

export const BUNDLE_RULES: readonly BundleRule[] = [
  es5Only,
  methodName,
  label,
  withStatement,
  debuggerStatement,
  caseAfterDefault,
  functionsFirst,
  variablesSettled,
  argumentsCallee,
  jsonHooks,
  lengthAssignment,
  mathRandom,
  regex,
  regexConstructor,
  functionConstructor,
  latin1,
];

/** Names of all rules of the finished-bundle check: what the tests have a failing fixture for. */
export const BUNDLE_RULE_NAMES: readonly string[] = [
  "es5-only",
  "absent-global",
  "absent-method",
  "no-reserved-method",
  "no-label",
  "no-with",
  "no-debugger",
  "no-case-after-default",
  "functions-first",
  "variables-settled",
  "no-arguments-callee",
  "no-json-hook",
  "no-length-assignment",
  "no-math-random",
  "no-regexp-constructor",
  "no-function-constructor",
  "latin1-text",
  // Named groups are not ES5 to begin with.
  ...Object.keys(REGEX_TRAPS).filter((name) => name !== "regex-named-group"),
];

function when(broken: boolean, name: string, why: string): readonly BrokenRule[] {
  return broken ? [[name, why]] : NONE;
}

/** True for `object.property`, written with a dot or with brackets. */
function isMember(node: AnyNode, object: string, property: string): boolean {
  return node.type === "MemberExpression" && isNamed(node.object, object) && propertyName(node) === property;
}

function propertyName(node: AnyNode & { type: "MemberExpression" }): string | undefined {
  if (!node.computed && node.property.type === "Identifier") return node.property.name;
  return isText(node.property) ? node.property.value : undefined;
}

function isNamed(node: AnyNode, name: string): boolean {
  return node.type === "Identifier" && node.name === name;
}

function isText(node: AnyNode): node is Literal & { value: string } {
  return node.type === "Literal" && typeof node.value === "string";
}

function isNullish(node: CallExpression["arguments"][number] | undefined): boolean {
  return node === undefined || (node.type === "Literal" && node.value === null) || node.type === "UnaryExpression";
}
