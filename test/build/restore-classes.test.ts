// Which lowered classes become classes again, and that they mean the same.
import assert from "node:assert/strict";
import { runInNewContext } from "node:vm";
import { restoreClasses } from "../../scripts/build/restore-classes.ts";

const PLAIN =
  "var A=function(){function n(a,b){this.v=a+b}return n.prototype.x=function(){return this.v},n.prototype.y=function(c){return c},n}();";

describe("restoreClasses", () => {
  it("rewrites constructor and methods", () => {
    assert.equal(restoreClasses(PLAIN), "var A=class{constructor(a,b){this.v=a+b}x(){return this.v}y(c){return c}};");
    assert.equal(runInNewContext(`${restoreClasses(PLAIN)} new A(1, 2).x() + new A(1, 2).y(4)`), 7);
  });

  const LEFT: readonly (readonly [string, string])[] = [
    ["a parent", "var B=function(p){function n(){}return n.prototype.x=function(){return 1},n}(A);"],
    ["a static method", "var B=function(){function n(){}return n.s=function(){return 1},n}();"],
    [
      "a getter",
      'var B=function(){function n(){}return Object.defineProperty(n.prototype,"g",{get:function(){return 1}}),n}();',
    ],
    ["code that names the class", "var B=function(){function n(){}return n.prototype.x=function(){return new n},n}();"],
    ["a reserved word for a method", "var B=function(){function n(){}return n.prototype.do=function(){return 1},n}();"],
  ];
  for (const [what, source] of LEFT) {
    it(`leaves a class with ${what}`, () => assert.equal(restoreClasses(source), source));
  }

  it("leaves a class that another one has as its parent: it is called as a function", () => {
    const heir = "var B=function(p){function n(){return p.call(this)||this}return n}(A);";
    assert.equal(restoreClasses(PLAIN + heir), PLAIN + heir);
    const assigned = PLAIN.replace("var A=", "var A;A=");
    assert.equal(restoreClasses(assigned + heir), assigned + heir);
  });

  it("rewrites classes inside others' methods", () => {
    const inner = PLAIN.replace("var A", "return").replace("return=", "return ");
    const outer = `var B=function(){function n(){}return n.prototype.m=function(){${inner}},n}();`;
    assert.match(restoreClasses(outer), /^var B=class\{constructor\(\)\{\}m\(\)\{return class\{/);
  });
});
