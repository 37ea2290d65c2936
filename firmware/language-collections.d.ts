// Arrays, typed arrays and TypeScript's type helpers: second part of language.d.ts, which says what these files are.

interface ArrayLike<T> {
  readonly length: number;
  readonly [index: number]: T;
}

interface ReadonlyArray<T> {
  readonly [index: number]: T;
  readonly length: number;
  concat(...items: (T | readonly T[])[]): T[];
  every<S extends T>(test: (value: T, index: number) => value is S): this is readonly S[];
  every(test: (value: T, index: number) => unknown): boolean;
  filter<S extends T>(test: (value: T, index: number) => value is S): S[];
  filter(test: (value: T, index: number) => unknown): T[];
  find<S extends T>(test: (value: T, index: number) => value is S): S | undefined;
  find(test: (value: T, index: number) => unknown): T | undefined;
  findIndex(test: (value: T, index: number) => unknown): number;
  forEach(each: (value: T, index: number) => void): void;
  includes(value: T): boolean;
  indexOf(value: T, from?: number): number;
  join(separator?: string): string;
  map<U>(each: (value: T, index: number) => U): U[];
  reduce(step: (sum: T, value: T, index: number) => T): T;
  reduce<U>(step: (sum: U, value: T, index: number) => U, start: U): U;
  slice(start?: number, end?: number): T[];
  some(test: (value: T, index: number) => unknown): boolean;
  toString(): string;
  [Symbol.iterator](): LoweredIterator<T>;
}

interface Array<T> {
  [index: number]: T;
  /** Assigning it throws. */
  readonly length: number;
  concat(...items: (T | readonly T[])[]): T[];
  every<S extends T>(test: (value: T, index: number) => value is S): this is S[];
  every(test: (value: T, index: number) => unknown): boolean;
  fill(value: T, start?: number, end?: number): this;
  filter<S extends T>(test: (value: T, index: number) => value is S): S[];
  filter(test: (value: T, index: number) => unknown): T[];
  find<S extends T>(test: (value: T, index: number) => value is S): S | undefined;
  find(test: (value: T, index: number) => unknown): T | undefined;
  findIndex(test: (value: T, index: number) => unknown): number;
  forEach(each: (value: T, index: number) => void): void;
  includes(value: T): boolean;
  indexOf(value: T, from?: number): number;
  join(separator?: string): string;
  map<U>(each: (value: T, index: number) => U): U[];
  pop(): T | undefined;
  push(...items: T[]): number;
  reduce(step: (sum: T, value: T, index: number) => T): T;
  reduce<U>(step: (sum: U, value: T, index: number) => U, start: U): U;
  reverse(): T[];
  shift(): T | undefined;
  slice(start?: number, end?: number): T[];
  some(test: (value: T, index: number) => unknown): boolean;
  splice(start: number, remove: number, ...items: T[]): T[];
  toString(): string;
  unshift(...items: T[]): number;
  [Symbol.iterator](): LoweredIterator<T>;
}
interface ArrayConstructor {
  /** Elements are missing until filled: `map` skips them. */
  new <T>(length: number): T[];
  isArray(value: unknown): value is unknown[];
}
declare var Array: ArrayConstructor;

interface ArrayBuffer {
  readonly byteLength: number;
}
interface ArrayBufferConstructor {
  new (length: number): ArrayBuffer;
}
declare var ArrayBuffer: ArrayBufferConstructor;
type ArrayBufferLike = ArrayBuffer;

/** What all typed arrays share; `slice` is absent because it gives an Array there. */
interface NumberArray<Self, TArrayBuffer extends ArrayBufferLike> {
  [index: number]: number;
  readonly buffer: TArrayBuffer;
  readonly byteLength: number;
  readonly byteOffset: number;
  readonly length: number;
  every(test: (value: number, index: number) => unknown): boolean;
  fill(value: number, start?: number, end?: number): this;
  filter(test: (value: number, index: number) => unknown): Self;
  find(test: (value: number, index: number) => unknown): number | undefined;
  findIndex(test: (value: number, index: number) => unknown): number;
  forEach(each: (value: number, index: number) => void): void;
  includes(value: number): boolean;
  indexOf(value: number, from?: number): number;
  join(separator?: string): string;
  map(each: (value: number, index: number) => number): Self;
  reduce<U>(step: (sum: U, value: number, index: number) => U, start: U): U;
  reverse(): this;
  set(source: ArrayLike<number>, offset?: number): void;
  some(test: (value: number, index: number) => unknown): boolean;
  /** A view of the same bytes. */
  subarray(start?: number, end?: number): Self;
  [Symbol.iterator](): LoweredIterator<number>;
}
interface NumberArrayConstructor<Self> {
  new (length: number): Self;
  new (source: ArrayLike<number>): Self;
  new (buffer: ArrayBufferLike, byteOffset?: number, length?: number): Self;
}

interface Uint8Array<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> extends NumberArray<
  Uint8Array<TArrayBuffer>,
  TArrayBuffer
> {}
declare var Uint8Array: NumberArrayConstructor<Uint8Array<ArrayBuffer>>;
interface Uint16Array<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> extends NumberArray<
  Uint16Array<TArrayBuffer>,
  TArrayBuffer
> {}
declare var Uint16Array: NumberArrayConstructor<Uint16Array<ArrayBuffer>>;
interface Uint32Array<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> extends NumberArray<
  Uint32Array<TArrayBuffer>,
  TArrayBuffer
> {}
declare var Uint32Array: NumberArrayConstructor<Uint32Array<ArrayBuffer>>;
interface Int32Array<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> extends NumberArray<
  Int32Array<TArrayBuffer>,
  TArrayBuffer
> {}
declare var Int32Array: NumberArrayConstructor<Int32Array<ArrayBuffer>>;

// ---- TypeScript's type helpers

type Partial<T> = { [P in keyof T]?: T[P] };
type Required<T> = { [P in keyof T]-?: T[P] };
type Readonly<T> = { readonly [P in keyof T]: T[P] };
type Pick<T, K extends keyof T> = { [P in K]: T[P] };
type Record<K extends PropertyKey, T> = { [P in K]: T };
type Exclude<T, U> = T extends U ? never : T;
type Extract<T, U> = T extends U ? T : never;
type Omit<T, K extends PropertyKey> = Pick<T, Exclude<keyof T, K>>;
type NonNullable<T> = T & {};
type Parameters<T extends (...args: never[]) => unknown> = T extends (...args: infer P) => unknown ? P : never;
type ReturnType<T extends (...args: never[]) => unknown> = T extends (...args: never[]) => infer R ? R : never;
