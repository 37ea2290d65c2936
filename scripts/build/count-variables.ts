// How many interpreter variables a bundle takes at rest, counted from its syntax tree.
// Measured on Espruino 2v29 by running scripts from Storage: test/interpreter/variables.test.ts repeats the measurement.
import { parse, type AnyNode, type Program } from "acorn";
import { childrenOf, isFunction, visitTree } from "./syntax-tree.ts";

/** Even with its code in Storage: name, function, code, scope, and the entry in what holds it. */
const VARIABLES_PER_FUNCTION = 5;
const VARIABLES_PER_PARAMETER = 1;
/** The prototype object, and the scope that the class's functions keep. */
const VARIABLES_PER_CLASS = 6;
/** A name in the outermost function, with a small value. */
const VARIABLES_PER_NAME = 1;

/** What the functions of a script come to. */
export interface FunctionCount {
  readonly functions: number;
  readonly variables_estimated: number;
}

/**
 * Counts every function of a script as if all were alive at once, though functions inside functions live only while the
 * outer one runs or something holds them. Data that the app makes comes on top: only a run on the interpreter shows it.
 */
export function countVariables(script: string): FunctionCount {
  const program = parse(script, { ecmaVersion: 2015 });
  let functions = 0;
  let variables = VARIABLES_PER_NAME * outermostNames(program);
  visitTree(program, (node, ancestors) => {
    if (isFunction(node)) {
      functions += 1;
      variables += VARIABLES_PER_FUNCTION + VARIABLES_PER_PARAMETER * node.params.length;
    }
    if (node.type === "ClassExpression") variables += VARIABLES_PER_CLASS;
    if (node.type === "FunctionDeclaration" && isClass(node.id?.name, ancestors)) variables += VARIABLES_PER_CLASS;
  });
  return { functions, variables_estimated: variables };
}

/** Names that the function around the bundle declares with `var`. */
function outermostNames(program: Program): number {
  let names = 0;
  visitTree(program, (node, ancestors) => {
    // A function's or a class's own figure has its name in it.
    const named =
      node.type === "VariableDeclarator" && (node.init?.type === "ClassExpression" || isFunctionAt(node.init));
    if (node.type === "VariableDeclarator" && !named) names += 1;
    return ancestors.filter(isFunction).length < 1 || !isFunction(node);
  });
  return names;
}

function isFunctionAt(node: AnyNode | null | undefined): boolean {
  return node !== null && node !== undefined && isFunction(node);
}

/** True when the function that declares a name also gives its prototype something. */
function isClass(name: string | undefined, ancestors: readonly AnyNode[]): boolean {
  const scope = ancestors.findLast(isFunction);
  return name !== undefined && scope !== undefined && childrenOf(scope).some((child) => mentionsPrototype(child, name));
}

function mentionsPrototype(node: AnyNode, name: string): boolean {
  let found = false;
  visitTree(node, (one) => {
    if (one.type !== "MemberExpression" || one.object.type !== "Identifier" || one.object.name !== name) return !found;
    found ||= one.property.type === "Identifier" && one.property.name === "prototype";
    return !found;
  });
  return found;
}
