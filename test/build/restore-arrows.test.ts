// Which functions become arrows: those that only return a value and need no `this` or `arguments` of their own.
import assert from "node:assert/strict";
import { restoreArrows } from "../../scripts/build/restore-arrows.ts";

describe("restoreArrows", () => {
  const REWRITTEN: readonly (readonly [string, string])[] = [
    ["f(function(a){return a+1})", "f(a=>a+1)"],
    ["f(function(){return 1},function(a,b){return b})", "f(()=>1,(a,b)=>b)"],
    ["f(function(){return{a:1}})", "f(()=>({a:1}))"],
    ["f(function(){return a,b})", "f(()=>(a,b))"],
    ["x={a:function(){return 1}}", "x={a:()=>1}"],
    ["f(function(){return g(function(){return 1})})", "f(()=>g(()=>1))"],
  ];
  for (const [from, to] of REWRITTEN) {
    it(`rewrites ${from}`, () => assert.equal(restoreArrows(from), to));
  }

  const LEFT = [
    "f(function(){return this.x})",
    "f(function(){return arguments.length})",
    "f(function(){a();return 1})",
    "f(function(){return})",
    "f(function g(){return g})",
    "x={get a(){return 1}}",
    "x={set a(b){return b}}",
    "(function(){return 1})()",
    "x=class{m(){return 1}}",
    "!function(){return 1}()",
    "a||function(){return 1}",
  ];
  for (const source of LEFT) {
    it(`leaves ${source}`, () => assert.equal(restoreArrows(source), source));
  }
});
