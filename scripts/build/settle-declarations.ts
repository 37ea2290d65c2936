// Step 4 of the build: puts declarations where the interpreter, which runs them only when it reaches them, needs them.
//
// Espruino hoists neither functions nor `var`. A function called above its declaration is a ReferenceError, and an
// assignment to a `var` whose declaration was not reached (another branch, an earlier case) silently writes a variable of
// the same name further out, or a new global. After minification, when all names are one letter long, both are likely.
import { parse, type AnyNode, type BlockStatement, type Program } from "acorn";
import { childrenOf, isFunction } from "./syntax-tree.ts";
import { unsettledVariables } from "./unsettled-variables.ts";

/**
 * Moves function declarations to the start of their block, and declares each `var` that could be used without its
 * declaration having run at the start of its function.
 * @param source - ES5 script
 * @returns the same script with its declarations settled; running it again changes nothing
 */
export function settleDeclarations(source: string): string {
  return render(parse(source, { ecmaVersion: 5 }), source);
}

/** Text of a node, with every body inside it settled. */
function render(node: AnyNode, source: string): string {
  if (isFunction(node)) {
    const head = source.slice(node.start, node.body.start);
    return head + renderBody(node.body as BlockStatement, source, unsettledVariables(node));
  }
  if (node.type === "Program") return renderBody(node, source, unsettledVariables(node));
  if (node.type === "BlockStatement") return renderBody(node, source, []);
  return splice(node, source, childrenOf(node));
}

/** Function declarations first, then the variables to declare, then the other statements in their order. */
function renderBody(body: Program | BlockStatement, source: string, variables: readonly string[]): string {
  const functions = body.body.filter((statement) => statement.type === "FunctionDeclaration");
  const others = body.body.filter((statement) => statement.type !== "FunctionDeclaration");
  const [first] = body.body;
  const inOrder = body.body.slice(0, functions.length).every((statement) => functions.includes(statement as never));
  if (first === undefined || (inOrder && variables.length === 0)) return splice(body, source, body.body);
  const declaration = variables.length > 0 ? `var ${variables.join(",")};` : "";
  const parts = [...functions.map((one) => render(one, source)), declaration, ...renderAll(others, source)];
  const text = parts.filter((part) => part !== "").join(functions.length > 0 ? "\n" : "");
  return body.type === "Program" ? text + "\n" : `{${text}}`;
}

function renderAll(nodes: readonly AnyNode[], source: string): string[] {
  return nodes.map((node) => terminated(node, render(node, source)));
}

/** Statements may have relied on a closing brace in place of a semicolon. */
function terminated(node: AnyNode, text: string): string {
  const needsSemicolon = /(?:Declaration|ExpressionStatement|Return|Throw|Break|Continue|DoWhile)/.test(node.type);
  return needsSemicolon && !/[;}]$/.test(text) ? text + ";" : text;
}

/** The source text of a node, with the text of the given children replaced by what they render to. */
function splice(node: AnyNode, source: string, children: readonly AnyNode[]): string {
  let text = "";
  let position = node.start;
  for (const child of children) {
    text += source.slice(position, child.start) + render(child, source);
    position = child.end;
  }
  return text + source.slice(position, node.end);
}
