// Step 5 of the build: classes that were lowered to functions and prototypes become classes again. The interpreter runs
// a class without a parent just as well (shared measurements, "classes with one or two levels"), and each method is 20
// bytes shorter. Classes with a parent stay functions: `super` is what the interpreter gets wrong.
import { parse, type AnyNode, type CallExpression, type FunctionDeclaration, type FunctionExpression } from "acorn";
import { NO_METHOD_NAMES } from "./foreign-names.ts";
import { childrenOf, isFunction, parameterNames, visitTree } from "./syntax-tree.ts";

interface Method {
  readonly name: string;
  readonly body: FunctionExpression;
}

interface LoweredClass {
  readonly made: FunctionDeclaration;
  readonly methods: readonly Method[];
}

/**
 * Rewrites `function(){function t(…){…}return t.prototype.m=function(…){…},…,t}()` as `class{constructor(…){…}m(…){…}}`.
 * @param source - settled ES5 script
 * @returns the same script with its parentless classes as classes
 */
export function restoreClasses(source: string): string {
  const program = parse(source, { ecmaVersion: 5 });
  const parents = new Set<string>();
  visitTree(program, (node) => addParents(parents, node));
  return render(program, source, parents);
}

/** `function(parent){…}(Name)`: a class with that parent, which calls it as a function; a class cannot be called. */
function addParents(parents: Set<string>, node: AnyNode): void {
  if (node.type !== "CallExpression" || node.callee.type !== "FunctionExpression") return;
  for (const argument of node.arguments) if (argument.type === "Identifier") parents.add(argument.name);
}

function render(node: AnyNode, source: string, parents: ReadonlySet<string>, isParent = false): string {
  const lowered = node.type === "CallExpression" && !isParent ? loweredClass(node) : undefined;
  if (lowered !== undefined) return renderClass(lowered, source, parents);
  const target =
    node.type === "VariableDeclarator" ? node.id : node.type === "AssignmentExpression" ? node.left : undefined;
  const named = target?.type === "Identifier" && parents.has(target.name);
  let text = "";
  let position = node.start;
  for (const child of childrenOf(node)) {
    text += source.slice(position, child.start) + render(child, source, parents, named);
    position = child.end;
  }
  return text + source.slice(position, node.end);
}

function renderClass({ made, methods }: LoweredClass, source: string, parents: ReadonlySet<string>): string {
  const method = (name: string, node: FunctionDeclaration | FunctionExpression): string => {
    const parameters = node.params.map((parameter) => source.slice(parameter.start, parameter.end)).join(",");
    return `${name}(${parameters})${render(node.body, source, parents)}`;
  };
  return `class{${[method("constructor", made), ...methods.map(({ name, body }) => method(name, body))].join("")}}`;
}

/** The class that a call makes; undefined when it is anything else, or more than constructor and methods. */
function loweredClass(call: CallExpression): LoweredClass | undefined {
  const maker = call.callee;
  if (maker.type !== "FunctionExpression" || maker.params.length > 0 || call.arguments.length > 0) return undefined;
  const [made, returned, ...more] = maker.body.body;
  if (made?.type !== "FunctionDeclaration" || returned?.type !== "ReturnStatement" || more.length > 0) return undefined;
  const value = returned.argument;
  if (value?.type !== "SequenceExpression") return undefined;
  const name = made.id.name;
  const methods = value.expressions.slice(0, -1).map((one) => methodOf(one, name));
  const last = value.expressions.at(-1);
  if (last?.type !== "Identifier" || last.name !== name) return undefined;
  if (!methods.every((method) => method !== undefined)) return undefined;
  const selfish = [made, ...methods.map(({ body }) => body)].some((one) => refersTo(one, name));
  return selfish ? undefined : { made, methods };
}

/** `name.prototype.method = function (…) {…}` */
function methodOf(node: AnyNode, name: string): Method | undefined {
  if (node.type !== "AssignmentExpression" || node.operator !== "=" || node.left.type !== "MemberExpression")
    return undefined;
  const { object, property, computed } = node.left;
  const onPrototype =
    object.type === "MemberExpression" &&
    object.object.type === "Identifier" &&
    object.object.name === name &&
    object.property.type === "Identifier" &&
    object.property.name === "prototype";
  const plain = node.right.type === "FunctionExpression" && (node.right.id === null || node.right.id === undefined);
  if (!onPrototype || computed || property.type !== "Identifier" || !plain) return undefined;
  if (NO_METHOD_NAMES.has(property.name)) return undefined;
  return { name: property.name, body: node.right as FunctionExpression };
}

/** Whether code inside a function uses a name of the scope around it. */
function refersTo(node: AnyNode, name: string): boolean {
  if (isFunction(node) && (parameterNames(node).includes(name) || declares(node.body, name))) return false;
  return childrenOf(node).some((child) => {
    if (isFunction(node) && child === node.id) return false;
    if (node.type === "MemberExpression" && child === node.property && !node.computed) return false;
    if (node.type === "Property" && child === node.key) return false;
    return (child.type === "Identifier" && child.name === name && !isParameter(node, child)) || refersTo(child, name);
  });
}

function isParameter(node: AnyNode, child: AnyNode): boolean {
  return isFunction(node) && node.params.includes(child as never);
}

/** Whether a function's own scope declares a name. */
function declares(node: AnyNode, name: string): boolean {
  return childrenOf(node).some((child) => {
    if (child.type === "FunctionDeclaration") return child.id?.name === name;
    if (child.type === "FunctionExpression") return false;
    if (child.type === "VariableDeclarator" && child.id.type === "Identifier" && child.id.name === name) return true;
    return declares(child, name);
  });
}
