// Finds the `var` names of a function that may be used without their declaration having been run.
// Part of settle-declarations.ts, which says why that matters on the interpreter.
import type { AnyNode, Identifier, Program, VariableDeclarator } from "acorn";
import { isFunction, isVariable, parameterNames, visitTree, type FunctionNode } from "./syntax-tree.ts";

interface Declared {
  /** Where the first declarator stands. */
  readonly start: number;
  /** The part of the function that runs only together with that declarator. */
  readonly region: AnyNode;
}

/**
 * Names to declare at the start of the function, in order of appearance. A name is settled when every use stands in the
 * part of the function that runs together with its first declaration, and none in the same function above it.
 * Uses inside nested functions may stand above: called too early they would have been errors in the source as well.
 */
export function unsettledVariables(scope: FunctionNode | Program): string[] {
  const declared = declaredVariables(scope);
  const parameters = isFunction(scope) ? parameterNames(scope) : [];
  const unsettled = new Set<string>();
  visitTree(scope, (node, ancestors) => {
    if (node.type !== "Identifier" || !isVariable(node, ancestors.at(-1))) return;
    if (isFunction(scope) && node === scope.id) return;
    const found = declared.get(node.name);
    if (found === undefined || parameters.includes(node.name)) return;
    const nested = ancestors.some((one) => one !== scope && isFunction(one));
    const inRegion = node.start >= found.region.start && node.end <= found.region.end;
    if (!inRegion || (!nested && node.start < found.start)) unsettled.add(node.name);
  });
  return [...declared.keys()].filter((name) => unsettled.has(name));
}

function declaredVariables(scope: FunctionNode | Program): Map<string, Declared> {
  const declared = new Map<string, Declared>();
  visitTree(scope, (node, ancestors) => {
    if (isNamedDeclarator(node) && !declared.has(node.id.name)) {
      declared.set(node.id.name, { start: node.start, region: regionOf(ancestors) });
    }
    return node === scope || !isFunction(node);
  });
  return declared;
}

function isNamedDeclarator(node: AnyNode): node is VariableDeclarator & { id: Identifier } {
  return node.type === "VariableDeclarator" && node.id.type === "Identifier";
}

/** The nearest ancestor that may or may not run as a whole: a branch, a loop's body, a case, a try's block. */
function regionOf(ancestors: readonly AnyNode[]): AnyNode {
  for (let i = ancestors.length - 1; i > 0; i--) {
    const [node, parent] = [ancestors[i], ancestors[i - 1]];
    if (node !== undefined && parent !== undefined && isConditionalPart(node, parent)) return node;
  }
  const [outermost] = ancestors;
  if (outermost === undefined) throw new TypeError("ancestors: a declarator stands in a function or a program");
  return outermost;
}

function isConditionalPart(node: AnyNode, parent: AnyNode): boolean {
  switch (parent.type) {
    case "IfStatement":
      return node !== parent.test;
    case "ForStatement":
      return node !== parent.init;
    case "ForInStatement":
      return node !== parent.left;
    case "WhileStatement":
    case "DoWhileStatement":
    case "TryStatement":
      return true;
    default:
      return node.type === "SwitchCase" || isFunction(node);
  }
}
