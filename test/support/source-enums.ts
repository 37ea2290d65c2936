// Const enums as their source states them: a const enum has no object to look at while the tests run.
import { readFileSync } from "node:fs";

/** Every const enum of a source file: its name, and its members by name. */
export function sourceEnums(path: URL): Map<string, Map<string, number>> {
  const source = readFileSync(path, "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
  const enums = new Map<string, Map<string, number>>();
  for (const [, name, body] of source.matchAll(/export const enum (\w+) \{([^}]*)\}/g)) {
    const members = [...body!.matchAll(/(\w+) = (0x[0-9a-f]+|\d+)/g)].map(
      ([, key, value]) => [key!, Number(value)] as const,
    );
    enums.set(name!, new Map(members));
  }
  return enums;
}
