// What @noble/hashes needs and the interpreter lacks; each is installed only where it is missing, so Node keeps its own.
// Import this before any @noble module: its tables are made while it loads. Counted on @noble/hashes 2.4.0.

interface FromConstructor {
  new (source: ArrayLike<number>): unknown;
  from?: unknown;
}

for (const typed of [Uint8Array, Uint32Array] as FromConstructor[]) {
  typed.from ??= (source: ArrayLike<number>) => new typed(source);
}

Object.hasOwn ??= (object, key) => Object.prototype.hasOwnProperty.call(object, key);
Object.freeze ??= (<T>(object: T) => object) as typeof Object.freeze;
Number.isSafeInteger ??= (value) =>
  typeof value === "number" && Math.floor(value) === value && Math.abs(value) < 2 ** 53;
ArrayBuffer.isView ??= ((value: unknown) => value instanceof Uint8Array) as typeof ArrayBuffer.isView;

/** The interpreter's own assign throws when its target is a function. */
function assignToAnything(target: Record<string, unknown>, ...sources: Record<string, unknown>[]): unknown {
  for (const source of sources) for (const key of Object.keys(source)) target[key] = source[key];
  return target;
}

function acceptsFunctions(): boolean {
  try {
    return Object.assign(() => 0, { taken: true }).taken;
  } catch {
    return false;
  }
}

if (!acceptsFunctions()) Object.assign = assignToAnything as typeof Object.assign;
