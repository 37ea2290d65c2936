// The JavaScript that the interpreter really has, in place of TypeScript's lib files (noLib).
// Source: measurements of Espruino 2v29 against Node 20 (CONTRIBUTING.md, "What the interpreter gets wrong"). What it
// lacks or gets silently wrong is absent here, so that naming it fails the type check. Every line must be true of Node
// as well, since the same source runs there in tests and in the simulator.
//
// Absent on purpose, though the interpreter has them: Date and timers (time comes from the clock part), console, eval
// (see hal/espruino/interpreter.d.ts); Math.random (not for secrets); DataView (reads beyond the end do not throw); sort
// (unstable); slice of typed arrays (gives an Array); names of functions and errors; JSON's revivers and replacers.

// ---- What the checker itself asks for

interface IArguments {
  readonly [index: number]: unknown;
  readonly length: number;
}

interface TypedPropertyDescriptor<T> {
  enumerable?: boolean;
  configurable?: boolean;
  writable?: boolean;
  value?: T;
  get?: () => T;
  set?: (value: T) => void;
}

/**
 * The checker wants a global of this name to check `for…of`, spread and destructuring, which the build lowers to loops.
 * No Symbol exists at run time: it is not callable here, and the lint and the bundle check refuse its name.
 */
interface SymbolConstructor {
  readonly iterator: unique symbol;
}
interface Symbol {}
declare var Symbol: SymbolConstructor;

interface LoweredIterator<T> {
  next(): { done?: boolean; value: T };
}

// ---- Objects and functions

type PropertyKey = string | number | symbol;

interface PropertyDescriptor {
  configurable?: boolean;
  enumerable?: boolean;
  value?: unknown;
  writable?: boolean;
  get?(): unknown;
  set?(value: unknown): void;
}

interface Object {
  constructor: Function;
  toString(): string;
  valueOf(): Object;
  hasOwnProperty(key: PropertyKey): boolean;
}

interface ObjectConstructor {
  readonly prototype: Object;
  keys(object: object): string[];
  values<T>(object: { [key: string]: T }): T[];
  entries<T>(object: { [key: string]: T }): [string, T][];
  fromEntries<T>(entries: readonly (readonly [string, T])[]): { [key: string]: T };
  assign<T extends object, U>(target: T, source: U): T & U;
  create(prototype: object | null): unknown;
  getPrototypeOf(object: object): unknown;
  setPrototypeOf(object: object, prototype: object | null): unknown;
  getOwnPropertyNames(object: object): string[];
  getOwnPropertyDescriptor(object: object, key: PropertyKey): PropertyDescriptor | undefined;
  defineProperty<T>(object: T, key: PropertyKey, descriptor: PropertyDescriptor): T;
}
declare var Object: ObjectConstructor;

interface Function {
  apply(this: Function, self: unknown, args?: unknown): unknown;
  call(this: Function, self: unknown, ...args: unknown[]): unknown;
  bind(this: Function, self: unknown, ...args: unknown[]): unknown;
  toString(): string;
  readonly length: number;
  prototype: unknown;
}
interface CallableFunction extends Function {
  apply<T, A extends unknown[], R>(this: (this: T, ...args: A) => R, self: T, args: A): R;
  apply<T, R>(this: (this: T) => R, self: T): R;
  call<T, A extends unknown[], R>(this: (this: T, ...args: A) => R, self: T, ...args: A): R;
  bind<T, A extends unknown[], B extends unknown[], R>(
    this: (this: T, ...args: [...A, ...B]) => R,
    self: T,
    ...args: A
  ): (...args: B) => R;
}
interface NewableFunction extends Function {
  // As Function; classes are not called through apply here.
  readonly length: number;
}

// ---- Numbers, booleans, text

interface Boolean {
  valueOf(): boolean;
}
declare var Boolean: { <T>(value?: T): boolean };

interface Number {
  toString(radix?: number): string;
  toFixed(digits?: number): string;
  valueOf(): number;
}
interface NumberConstructor {
  /** Not for text: `Number(" 3 ")` differs; use parseInt or parseFloat. */
  (value: number | boolean): number;
  readonly MAX_VALUE: number;
  readonly MIN_VALUE: number;
  readonly NaN: number;
  readonly POSITIVE_INFINITY: number;
  readonly NEGATIVE_INFINITY: number;
}
declare var Number: NumberConstructor;
declare var NaN: number;
declare var Infinity: number;
declare function parseInt(text: string, radix?: number): number;
declare function parseFloat(text: string): number;
declare function isNaN(value: number): boolean;
declare function isFinite(value: number): boolean;

interface Math {
  readonly E: number;
  readonly LN2: number;
  readonly LN10: number;
  readonly PI: number;
  readonly SQRT2: number;
  abs(x: number): number;
  acos(x: number): number;
  asin(x: number): number;
  atan(x: number): number;
  atan2(y: number, x: number): number;
  ceil(x: number): number;
  cos(x: number): number;
  exp(x: number): number;
  floor(x: number): number;
  log(x: number): number;
  max(...values: number[]): number;
  min(...values: number[]): number;
  pow(base: number, exponent: number): number;
  /** Halves below zero are rounded away from it there, towards it in Node. */
  round(x: number): number;
  sign(x: number): number;
  sin(x: number): number;
  sqrt(x: number): number;
  tan(x: number): number;
}
declare var Math: Math;

interface String {
  readonly [index: number]: string;
  readonly length: number;
  charAt(index: number): string;
  charCodeAt(index: number): number;
  concat(...parts: string[]): string;
  endsWith(end: string): boolean;
  /** The one search that is right: `indexOf`, `includes`, `replace` and `match` with a text find its beginning at the end. */
  lastIndexOf(part: string, from?: number): number;
  match(pattern: RegExp): RegExpMatchArray | null;
  padEnd(length: number, fill?: string): string;
  padStart(length: number, fill?: string): string;
  repeat(count: number): string;
  replace(pattern: RegExp, text: string): string;
  replace(pattern: RegExp, replacer: (match: string, ...groups: string[]) => string): string;
  slice(start?: number, end?: number): string;
  split(separator: string | RegExp): string[];
  startsWith(start: string, from?: number): boolean;
  substring(start: number, end?: number): string;
  toLowerCase(): string;
  toString(): string;
  toUpperCase(): string;
  trim(): string;
  valueOf(): string;
  [Symbol.iterator](): LoweredIterator<string>;
}
interface StringConstructor {
  (value?: unknown): string;
  /** Only codes up to 0xFF: what lies above is several characters on the boards. */
  fromCharCode(...codes: number[]): string;
}
declare var String: StringConstructor;

interface RegExpMatchArray extends Array<string> {
  index?: number;
  input?: string;
  0: string;
}
interface RegExpExecArray extends Array<string> {
  index: number;
  input: string;
  0: string;
}
interface RegExp {
  exec(text: string): RegExpExecArray | null;
  test(text: string): boolean;
  readonly source: string;
  lastIndex: number;
}

// ---- Errors

interface Error {
  message: string;
  stack?: string;
}
interface ErrorConstructor {
  new (message?: string): Error;
  (message?: string): Error;
}
declare var Error: ErrorConstructor;
interface TypeError extends Error {}
declare var TypeError: ErrorConstructor;
interface SyntaxError extends Error {}
declare var SyntaxError: ErrorConstructor;
/** Not in the interpreter: the build puts TypeError in its place. */
interface RangeError extends Error {}
declare var RangeError: ErrorConstructor;

// ---- JSON

interface JSON {
  /** Accepts some texts that are not JSON, such as `{}x` and `[1,]`: never a check of anything. */
  parse(text: string): unknown;
  stringify(value: unknown): string;
}
declare var JSON: JSON;

// ---- Promises; async functions do not exist

interface PromiseLike<T> {
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B>;
}
interface Promise<T> extends PromiseLike<T> {
  then<A = T, B = never>(
    fulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    rejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B>;
  catch<B = never>(rejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B>;
}
interface PromiseConstructor {
  new <T>(
    executor: (resolve: (value: T | PromiseLike<T>) => void, reject: (reason?: unknown) => void) => void,
  ): Promise<T>;
  all<T>(values: readonly (T | PromiseLike<T>)[]): Promise<T[]>;
  resolve<T>(value: T | PromiseLike<T>): Promise<T>;
  resolve(): Promise<void>;
  reject<T = never>(reason?: unknown): Promise<T>;
}
declare var Promise: PromiseConstructor;
