// Where declarations end up: the interpreter runs `function` and `var` only when it reaches them.
import assert from "node:assert/strict";
import { settleDeclarations } from "../../scripts/build/settle-declarations.ts";

/** Settled text with its white space squeezed. */
function settled(source: string): string {
  return settleDeclarations(source).replace(/\s+/g, " ").trim();
}

/** Inside one function, as a bundle is. */
function inFunction(body: string): string {
  return settled(`(function(p){${body}})();`).replace(/^\(function\(p\)\{(.*)\}\)\(\);$/, "$1");
}

describe("settleDeclarations", () => {
  it("moves functions to the start of their body, nested ones too, and keeps their order", () => {
    assert.equal(
      settled("a();function a(){b();function b(){}}c();function c(){}"),
      "function a(){function b(){} b();} function c(){} a(); c();",
    );
  });

  it("moves functions to the start of their block, not further", () => {
    assert.equal(inFunction("if(p){a();function a(){}}"), "if(p){function a(){} a();}");
  });

  const UNSETTLED: readonly (readonly [string, string, string])[] = [
    ["used in another branch", "if(p){var a=1}else{a=2}return a", "a"],
    ["used after the branch", "if(p)var a=1;return a", "a"],
    ["declared in one case, used in the next", "switch(p){case 1:var a=1;case 2:a=2}", "a"],
    ["declared in a loop's body, used after it", "while(p){var a=p}return a", "a"],
    ["used above its declaration", "a=1;var a", "a"],
    ["declared in a try, used in the catch", "try{var a=p()}catch(e){a=1}", "a"],
    ["declared twice, in branches", "if(p){var a=1}else{var a=2}", "a"],
    ["caught by a closure outside its branch", "if(p){var a=1}return function(){return a}", "a"],
    ["several", "if(p){var a=1,b=2}return a+b", "a,b"],
  ];
  for (const [what, body, names] of UNSETTLED) {
    it(`declares first what is ${what}`, () => assert.match(inFunction(body), new RegExp(`^var ${names};`)));
  }

  const SETTLED: readonly (readonly [string, string])[] = [
    ["is used below it", "var a=1;if(p)a=2;return a"],
    ["is used in its own branch only", "if(p){var a=1;return a}return 0"],
    ["is a loop's counter", "for(var i=0;i<3;i++)p(i);for(i=0;i<3;i++)p(i);"],
    ["is for…in's name", "for(var k in p)p(k);return k"],
    ["is a parameter's second declaration", "if(p)var p=1;return p"],
    ["is used by a function declared above it", "function a(){return b}var b=1;return a()"],
    ["is a property or a key of that name as well", "p.a=1;p={a:2};if(p){var a=3;p(a)}"],
  ];
  for (const [what, body] of SETTLED) {
    it(`leaves a declaration that ${what}`, () => assert.equal(inFunction(body), body));
  }

  it("treats a function's own name and its variable of that name as two things", () => {
    assert.equal(settled("function a(){for(var a=1;a<2;a++);}"), "function a(){for(var a=1;a<2;a++);}");
  });

  it("puts semicolons where a brace stood in for them", () => {
    assert.equal(
      settled("function a(p){if(p){var b=1}b=2;return b}"),
      "function a(p){var b;if(p){var b=1}b=2;return b;}",
    );
  });

  it("changes nothing the second time", () => {
    const once = settleDeclarations("a();function a(){if(b){var b=1}return b}");
    assert.equal(settleDeclarations(once), once);
  });
});
