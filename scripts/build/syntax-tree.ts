// Small helpers over acorn's syntax tree, shared by the passes and checks of the build.
import type {
  AnyNode,
  ArrowFunctionExpression,
  Function as AcornFunction,
  FunctionDeclaration,
  FunctionExpression,
  Identifier,
} from "acorn";

export type FunctionNode = FunctionDeclaration | FunctionExpression | ArrowFunctionExpression;

/** True for what has a scope of its own. */
export function isFunction(node: AnyNode): node is FunctionNode {
  return /^(Function(Declaration|Expression)|ArrowFunctionExpression)$/.test(node.type);
}

const knownChildren = new WeakMap<AnyNode, readonly AnyNode[]>();

/** Direct children of a node, in source order. The passes go over the same tree many times: they are looked up once. */
export function childrenOf(node: AnyNode): readonly AnyNode[] {
  const known = knownChildren.get(node);
  if (known !== undefined) return known;
  const children: AnyNode[] = [];
  for (const value of Object.values(node) as unknown[]) {
    if (Array.isArray(value)) children.push(...(value as unknown[]).filter(isNode));
    else if (isNode(value)) children.push(value);
  }
  children.sort((a, b) => a.start - b.start);
  knownChildren.set(node, children);
  return children;
}

/**
 * Visits a node and everything below it, parents first.
 * @param visit - is handed the node and its ancestors, nearest last; answering `false` leaves the node's children out
 */
export function visitTree(
  node: AnyNode,
  visit: (node: AnyNode, ancestors: readonly AnyNode[]) => unknown,
  ancestors: AnyNode[] = [],
): void {
  if (visit(node, ancestors) === false) return;
  ancestors.push(node);
  for (const child of childrenOf(node)) visitTree(child, visit, ancestors);
  ancestors.pop();
}

/** True when an identifier names a variable, and not a property, a key or a label. */
export function isVariable(node: Identifier, parent: AnyNode | undefined): boolean {
  switch (parent?.type) {
    case "MemberExpression":
      return parent.computed || parent.object === node;
    case "MethodDefinition":
      return parent.computed;
    case "Property":
      return parent.computed || parent.value === node;
    case "LabeledStatement":
    case "BreakStatement":
    case "ContinueStatement":
      return false;
    default:
      return true;
  }
}

/** Names of the plain parameters of a function. */
export function parameterNames(node: AcornFunction): string[] {
  return node.params.flatMap((parameter) => (parameter.type === "Identifier" ? [parameter.name] : []));
}

function isNode(value: unknown): value is AnyNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
