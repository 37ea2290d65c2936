// Property names that are not ours to shorten. Every other one in a bundle is known to the bundle alone: the minifier
// may rename it. A long name costs flash and, on the boards, an interpreter variable for about every 12 of its letters.
//
// Foreign are: the names of the language, of the interpreter and of the simulator's host, as their declaration files say;
// what our source declares of its surroundings with `declare`; and names in quotes, `x["name"]` and `{"name": …}`. So a
// property that crosses into or out of a bundle must be declared in one of those places, and an object whose keys come
// from variables must have no other keys.
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import ts from "typescript";
import { ROOT } from "./project.ts";

/** What a bundle shares with whatever runs it. */
const SURROUNDINGS = [
  "firmware/language.d.ts",
  "firmware/language-collections.d.ts",
  "hal/espruino/interpreter.d.ts",
  "hal/espruino/interpreter-modules.d.ts",
];

/** Shared with the simulator, by bundles with simulated parts. */
const SIMULATED_PARTS = "/hal/sim/";
const SIMULATORS_HOST = "hal/sim/host.ts";

/** Words that must not come out as the name of a method: a class of the interpreter's cannot have one. */
export const NO_METHOD_NAMES: ReadonlySet<string> = new Set(
  (
    "as break case catch class const continue debugger default delete do else export extends false finally for function " +
    "get if import in instanceof let new null of return set static super switch this throw true try typeof var void while " +
    "with yield"
  ).split(" "),
);

/**
 * All property names that a bundle must keep as they are, and words that must not become one.
 * @param sources - absolute paths of our own modules in the bundle, without libraries
 * @param script - the bundle itself, whose quoted names are kept
 */
export function foreignNames(sources: readonly string[], script: string): string[] {
  const names = new Set([...declaredOutside(), ...NO_METHOD_NAMES]);
  if (sources.some((path) => path.includes(SIMULATED_PARTS))) {
    visit(parse(join(ROOT, SIMULATORS_HOST)), (node) => addDeclaredName(names, node));
  }
  for (const path of sources) {
    visit(parse(path), (node, ambient) => {
      if (ambient) addDeclaredName(names, node);
    });
  }
  visit(ts.createSourceFile("script.js", script, ts.ScriptTarget.Latest), (node) => {
    if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression)) {
      names.add(node.argumentExpression.text);
    }
    if (ts.isPropertyAssignment(node) && ts.isStringLiteralLike(node.name)) names.add(node.name.text);
  });
  return [...names].sort();
}

let outside: Set<string> | undefined;

/** Names in TypeScript's own declarations of ECMAScript, for libraries and shims, and in those of the surroundings. */
function declaredOutside(): ReadonlySet<string> {
  if (outside !== undefined) return outside;
  const names = new Set<string>();
  const typescript = dirname(createRequire(import.meta.url).resolve("typescript"));
  const language = readdirSync(typescript).filter((name) => /^lib\.es\d.*\.d\.ts$/.test(name));
  const files = [...language.map((name) => join(typescript, name)), ...SURROUNDINGS.map((path) => join(ROOT, path))];
  for (const path of files) visit(parse(path), (node) => addDeclaredName(names, node));
  return (outside = names);
}

function addDeclaredName(names: Set<string>, node: ts.Node): void {
  if (!isNamedDeclaration(node) || node.name === undefined) return;
  if (ts.isIdentifier(node.name) || ts.isStringLiteral(node.name)) names.add(node.name.text);
}

function isNamedDeclaration(node: ts.Node): node is ts.Node & { name?: ts.PropertyName | ts.BindingName } {
  return (
    ts.isPropertySignature(node) ||
    ts.isMethodSignature(node) ||
    ts.isPropertyDeclaration(node) ||
    ts.isMethodDeclaration(node) ||
    ts.isGetAccessor(node) ||
    ts.isSetAccessor(node) ||
    ts.isVariableDeclaration(node) ||
    ts.isFunctionDeclaration(node)
  );
}

/** @param each - is told whether the node stands inside a `declare` */
function visit(node: ts.Node, each: (node: ts.Node, ambient: boolean) => void, ambient = false): void {
  const modifiers = ts.canHaveModifiers(node) ? (ts.getModifiers(node) ?? []) : [];
  const inside = ambient || modifiers.some((one) => one.kind === ts.SyntaxKind.DeclareKeyword);
  each(node, inside);
  ts.forEachChild(node, (child) => visit(child, each, inside));
}

function parse(path: string): ts.SourceFile {
  return ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.Latest);
}
