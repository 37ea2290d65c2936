// Property tests with a seed that is printed when they fail; PAROLA_SEED=… runs them again with the same one.
import fc from "fast-check";

/** Seed of this run. */
export const SEED = Number(process.env["PAROLA_SEED"] ?? Date.now() % 0x7fffffff);

/** Checks a property over random values. */
export function holds<Values extends [unknown, ...unknown[]]>(property: fc.IProperty<Values>, runs = 200): void {
  try {
    fc.assert(property, { seed: SEED, numRuns: runs });
  } catch (error) {
    console.error(`random seed of this run: PAROLA_SEED=${SEED}`);
    throw error;
  }
}

export const u8 = fc.integer({ min: 0, max: 0xff });
export const u16 = fc.integer({ min: 0, max: 0xffff });
export const u32 = fc.integer({ min: 0, max: 0xffffffff });

/** Exactly `length` bytes. */
export const bytesOf = (length: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: length, maxLength: length });

/** Anything that may come over a wire, up to `length` bytes, in the beginning often one of `starts`. */
export function garbage(length: number, starts: readonly Uint8Array[]): fc.Arbitrary<Uint8Array> {
  const tail = fc.uint8Array({ maxLength: length });
  const head = fc.constantFrom(new Uint8Array(0), ...starts);
  const cut = fc.nat({ max: 200 });
  return fc.tuple(head, cut, tail).map(([start, kept, rest]) => Uint8Array.of(...start.subarray(0, kept), ...rest));
}
