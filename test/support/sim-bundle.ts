// The built bundle of the simulated board, as `npm test` has made it before the tests run.
import { readFileSync } from "node:fs";

/**
 * Text of dist/sim/bundle.js.
 * @throws Error when it was not built
 */
export function simBundle(): string {
  try {
    return readFileSync(new URL("../../dist/sim/bundle.js", import.meta.url), "latin1");
  } catch {
    throw new Error("dist/sim/bundle.js is missing: npm run build");
  }
}
