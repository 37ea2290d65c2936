// The figures behind the build's estimate of interpreter variables, measured again: scripts run from Storage.
import assert from "node:assert/strict";
import { countVariables } from "../../scripts/build/count-variables.ts";
import { variablesAtRest } from "../support/interpreter.ts";

const COUNT = 20;
const NAMES = Array.from({ length: COUNT }, (_, i) => `f${String.fromCharCode(97 + i)}`);

/** One function around it, as around a bundle; the timer keeps its scope alive. */
function bundle(body: string): string {
  return `!function(){${body}setTimeout(function(){K},1e9)}();`;
}

describe("the estimate of variables", () => {
  let empty = 0;
  before(() => {
    empty = variablesAtRest(bundle(""));
  });
  const emptyEstimate = countVariables(bundle("")).variables_estimated;

  const KINDS: readonly (readonly [string, string])[] = [
    ["functions", NAMES.map((name) => `function ${name}(){return 1}`).join("")],
    ["functions of two parameters", NAMES.map((name) => `function ${name}(a,b){return 1}`).join("")],
    ["methods", `function C(){}${NAMES.map((name) => `C.prototype.${name}=function(){return 1};`).join("")}`],
    ["arrows", `var ${NAMES.map((name) => `${name}=a=>a`).join()};`],
    [
      "classes as the build leaves them",
      NAMES.map((name) => `var ${name}=class{constructor(a){this.t=a}x(){return 1}};`).join(""),
    ],
    ["numbers", `var ${NAMES.map((name, i) => `${name}=${i}`).join()};`],
    [
      "classes",
      NAMES.map(
        (name) => `var ${name}=function(){function n(a){this.t=a}return n.prototype.x=function(){return 1},n}();`,
      ).join(""),
    ],
  ];
  for (const [kind, body] of KINDS) {
    it(`is within a tenth for ${kind}`, () => {
      const measured = variablesAtRest(bundle(body)) - empty;
      const estimated = countVariables(bundle(body)).variables_estimated - emptyEstimate;
      assert.ok(Math.abs(estimated - measured) <= Math.max(2, measured / 10), `${estimated}, measured ${measured}`);
    });
  }

  it("does not grow with the code inside a function: that stays in Storage", () => {
    const long = `function f(){return ${"1+".repeat(2000)}1}`;
    assert.equal(variablesAtRest(bundle(long)), variablesAtRest(bundle("function f(){return 1}")));
  });
});
