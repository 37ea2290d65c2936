// A breadth-first walk over every screen that keys and scans lead to. Each step replays its way from a fresh start on a
// copy of one flash image, so that walks do not disturb one another.
import { Key } from "../../hal/contract/keypad.ts";
import { type SeenView, UnitHandheld } from "./unit-handheld.ts";

/** A way to a screen. */
export interface Action {
  name: string;
  run: (handheld: UnitHandheld) => void;
}

/** A screen that was found. */
export interface FoundScreen {
  path: readonly Action[];
  view: SeenView;
}

const KEYS: readonly (readonly [string, Key])[] = [
  ["1", 1 as Key],
  ["8", 8 as Key],
  ["OK", Key.Enter],
  ["BACK", Key.Back],
  ["UP", Key.Up],
  ["DOWN", Key.Down],
  ["MENU", Key.Menu],
  ["REASON", Key.Reason],
];

/** Every key, two digits standing for all. */
export const KEY_ACTIONS: readonly Action[] = KEYS.map(([name, key]) => ({
  name,
  run: (handheld) => handheld.press(key),
}));

/** Two screens with the same shape count as one: digits and labels do not matter. */
function shapeOf({ title, big, lines, hint }: SeenView): string {
  return [title, big, ...lines, hint].join("\n").replace(/[0-9]/g, "#");
}

/**
 * Walks.
 * @param image flash to start from; it is not changed
 * @param depth actions at most on the way to a screen
 */
export function walkScreens(image: Uint8Array, actions: readonly Action[], depth: number): FoundScreen[] {
  const found = new Map<string, FoundScreen>();
  let edge: FoundScreen[] = [{ path: [], view: new UnitHandheld(image.slice()).view() }];
  found.set(shapeOf(edge[0]!.view), edge[0]!);
  for (let step = 0; step < depth; step++) {
    const next: FoundScreen[] = [];
    for (const { path } of edge) {
      for (const action of actions) {
        const longer = [...path, action];
        const { view } = { view: follow(image, longer).view() };
        const shape = shapeOf(view);
        if (found.has(shape)) continue;
        const screen = { path: longer, view };
        found.set(shape, screen);
        next.push(screen);
      }
    }
    edge = next;
  }
  return [...found.values()];
}

/** A fresh handheld that went a way. */
export function follow(image: Uint8Array, path: readonly Action[]): UnitHandheld {
  const handheld = new UnitHandheld(image.slice());
  for (const action of path) action.run(handheld);
  return handheld;
}

/** A way in words, for messages. */
export function pathText(path: readonly Action[]): string {
  return path.map(({ name }) => name).join(" > ") || "start";
}
