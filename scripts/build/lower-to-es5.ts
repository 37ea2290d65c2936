// Step 2 of the build: TypeScript lowers the bundle to ES5, with helpers of our own in place of TypeScript's.
// TypeScript's helpers reach for Object.setPrototypeOf fallbacks and `__proto__` tricks that the interpreter trips over.
import ts from "typescript";

/** One line each; added in front of the bundle only when its name occurs. */
const HELPERS: Readonly<Record<string, string>> = {
  __extends:
    "function __extends(child, parent) { Object.keys(parent).forEach(function (key) { child[key] = parent[key]; }); child.prototype = Object.create(parent.prototype); child.prototype.constructor = child; }",
  __assign:
    "function __assign(target) { for (var i = 1; i < arguments.length; i++) Object.assign(target, arguments[i]); return target; }",
  __rest:
    "function __rest(source, left_out) { var rest = {}; Object.keys(source).forEach(function (key) { if (left_out.indexOf(key) < 0) rest[key] = source[key]; }); return rest; }",
  __spreadArray: "function __spreadArray(to, from) { return to.concat([].slice.call(from)); }",
};

/**
 * Lowers one script to ES5.
 * @param source - ES2022 script made by esbuild
 * @param name - what to call it in messages
 * @returns ES5 script; the helpers it needs stand first, inside the same function scope
 * @throws Error when TypeScript reports a syntax error
 */
export function lowerToEs5(source: string, name: string): string {
  const { outputText, diagnostics } = ts.transpileModule(source, {
    fileName: `${name}.js`,
    reportDiagnostics: true,
    compilerOptions: {
      target: ts.ScriptTarget.ES5,
      module: ts.ModuleKind.ES2015,
      allowJs: true,
      noEmitHelpers: true,
      removeComments: true,
      ignoreDeprecations: "5.0",
    },
  });
  const errors = (diagnostics ?? []).filter((one) => one.category === ts.DiagnosticCategory.Error);
  if (errors.length > 0) {
    throw new Error(errors.map((one) => ts.flattenDiagnosticMessageText(one.messageText, "\n")).join("\n"));
  }
  const helpers = Object.keys(HELPERS).filter((helper) => new RegExp(`\\b${helper}\\b`).test(outputText));
  return insertHelpers(outputText, helpers.map((helper) => HELPERS[helper]).join("\n"));
}

/** Inside the function that esbuild puts around the bundle: no name of ours may land in the global scope. */
function insertHelpers(script: string, helpers: string): string {
  const opening = "(function () {\n";
  const start = script.indexOf(opening);
  if (start !== 0 && script.slice(0, start).trim() !== '"use strict";')
    throw new Error("the bundle is not one function");
  return opening + helpers + script.slice(start + opening.length - 1);
}
