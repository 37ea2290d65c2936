// Globals and built-in methods that the interpreter lacks, and the part of the bundle check that finds them.
// From results.md; the type-level twin of this list is what firmware/language.d.ts does not declare.
import type { AnyNode, MemberExpression, Program } from "acorn";
import { isVariable, visitTree } from "./syntax-tree.ts";

/** A broken rule and where. */
export interface Finding {
  readonly name: string;
  readonly why: string;
  readonly node: AnyNode;
}

/** Globals that do not exist. Reading one throws; `typeof` of one is fine. */
export const ABSENT_GLOBALS: ReadonlySet<string> = new Set(
  (
    "Map Set WeakMap WeakSet WeakRef Symbol Proxy Reflect BigInt BigInt64Array BigUint64Array RangeError EvalError URIError " +
    "AggregateError TextEncoder TextDecoder Intl Iterator Atomics SharedArrayBuffer FinalizationRegistry structuredClone " +
    "queueMicrotask setImmediate clearImmediate escape unescape window document self Buffer performance URL " +
    "URLSearchParams fetch AbortController __awaiter __generator __values __read __makeTemplateObject"
  ).split(" "),
);

/** Static methods that do not exist, as `Object.method`. */
export const ABSENT_STATICS: ReadonlySet<string> = new Set(
  (
    "Array.from Array.of Object.freeze Object.isFrozen Object.seal Object.isSealed Object.is Object.hasOwn " +
    "Number.isInteger Number.isFinite Number.isNaN Number.isSafeInteger Number.parseInt Number.parseFloat " +
    "Number.MAX_SAFE_INTEGER Number.MIN_SAFE_INTEGER Number.EPSILON Math.trunc Math.imul Math.hypot Math.log2 Math.log10 " +
    "Math.cbrt Math.fround Math.clz32 Date.UTC String.raw String.fromCodePoint Promise.race Promise.any Promise.allSettled " +
    "Uint8Array.from Uint8Array.of Uint16Array.from Uint32Array.from Int32Array.from ArrayBuffer.isView"
  ).split(" "),
);

/** Methods that no built-in object of the interpreter has. */
export const ABSENT_METHODS: ReadonlySet<string> = new Set(
  (
    "flat flatMap findLast findLastIndex toSorted toReversed toSpliced copyWithin reduceRight trimStart trimEnd codePointAt " +
    "localeCompare normalize matchAll toPrecision toExponential isPrototypeOf propertyIsEnumerable toLocaleString " +
    "toLocaleUpperCase toLocaleLowerCase toLocaleDateString toLocaleTimeString setUTCHours setUTCMinutes setUTCSeconds " +
    "setUTCFullYear setUTCMonth setUTCDate getBigInt64 setBigInt64 getBigUint64 setBigUint64"
  ).split(" "),
);

/** Every use of an absent name. A name that the bundle itself gives to some object passes: it was shimmed, or is ours. */
export function absentFindings(program: Program): Finding[] {
  const given = namesGiven(program);
  const declared = namesDeclared(program);
  const findings: Finding[] = [];
  visitTree(program, (node, ancestors) => {
    const parent = ancestors.at(-1);
    if (node.type === "Identifier" && isVariable(node, parent)) {
      const harmless = declared.has(node.name) || (parent?.type === "UnaryExpression" && parent.operator === "typeof");
      if (harmless || !ABSENT_GLOBALS.has(node.name)) return;
      findings.push({ name: "absent-global", why: `\`${node.name}\` does not exist`, node });
    }
    if (node.type !== "MemberExpression") return;
    const name = absentMember(node, parent);
    if (name !== undefined && !given.has(name.slice(name.indexOf(".") + 1))) {
      findings.push({ name: "absent-method", why: `\`${name}\` does not exist`, node });
    }
  });
  return findings;
}

function absentMember(node: MemberExpression, parent: AnyNode | undefined): string | undefined {
  if (node.computed || node.property.type !== "Identifier") return undefined;
  const method = node.property.name;
  const full = node.object.type === "Identifier" ? `${node.object.name}.${method}` : method;
  if (ABSENT_STATICS.has(full)) return full;
  const called = parent?.type === "CallExpression" && parent.callee === node;
  return called && ABSENT_METHODS.has(method) ? method : undefined;
}

/** Property names that the bundle assigns or has in an object literal. */
function namesGiven(program: Program): Set<string> {
  const names = new Set<string>();
  visitTree(program, (node) => {
    const name =
      node.type === "Property"
        ? node.key
        : node.type === "AssignmentExpression" && node.left.type === "MemberExpression" && !node.left.computed
          ? node.left.property
          : undefined;
    if (name?.type === "Identifier") names.add(name.name);
  });
  return names;
}

function namesDeclared(program: Program): Set<string> {
  const names = new Set<string>();
  visitTree(program, (node) => {
    if (node.type === "VariableDeclarator" && node.id.type === "Identifier") names.add(node.id.name);
    if (node.type !== "FunctionDeclaration" && node.type !== "FunctionExpression") return;
    for (const one of [node.id, ...node.params]) if (one?.type === "Identifier") names.add(one.name);
  });
  return names;
}
