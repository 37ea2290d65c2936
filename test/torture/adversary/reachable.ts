// Everything that can be reached from an object by its properties, as text: two runs of one program compare by it.
import { hex } from "../../support/hex.ts";

/**
 * Objects in the order they are met, each once. Functions count by their own properties; what they close over is out of
 * reach here.
 * @param outside objects that are not looked into
 */
export function reachable(root: object, outside: readonly object[] = []): string {
  const numbers = new Map<object, number>([[root, 0]]);
  const queue = [root];
  const lines: string[] = [];
  const nameOf = (value: unknown): string => {
    if (value === null || (typeof value !== "object" && typeof value !== "function")) return textOf(value);
    if (outside.includes(value)) return "outside";
    if (!numbers.has(value)) {
      numbers.set(value, numbers.size);
      queue.push(value);
    }
    return `#${numbers.get(value)}`;
  };
  for (let object = queue.shift(); object !== undefined; object = queue.shift()) {
    const own = nameOf(object);
    if (object instanceof Uint8Array) {
      lines.push(`${own} bytes ${hex(object)}`);
      continue;
    }
    if (object instanceof Map || object instanceof Set) lines.push(`${own} holds ${[...object].map(nameOf).join(" ")}`);
    for (const key of Reflect.ownKeys(object)) {
      const { value } = Object.getOwnPropertyDescriptor(object, key) ?? {};
      lines.push(`${own}.${String(key)} = ${nameOf(value)}`);
    }
  }
  return lines.join("\n");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}
