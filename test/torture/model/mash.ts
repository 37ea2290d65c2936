// Keys, labels and digits in any order and haste. What comes of it is read out of the journal, and each result must be one
// that the model allows at that moment; then everything must be as the model says.
import { strict as assert } from "node:assert";
import { pickParcel } from "./courier-steps.ts";
import { seenResults, type SeenResult } from "./differences.ts";
import { trackingOf } from "./real-depot.ts";
import type { World } from "./world.ts";

/** One touch: a key, a label, the right digits of a code, or a moment's rest. */
export type Touch =
  { kind: "key"; key: number } | { kind: "scan"; pick: number } | { kind: "digits"; pick: number } | { kind: "rest" };

/** The most results that so many touches can bring. */
const ROOM = 24;

/** Touches the handheld; then lets the model say what was allowed. */
export function mash(world: World, touches: readonly Touch[]): void {
  const { handheld, model } = world;
  if (model.handheld.day.slots - model.handheld.end < ROOM) return;
  world.steady();
  const isMidway = !handheld.screen()[0]!.startsWith("PAROLA");
  for (const touch of touches) {
    if (touch.kind === "key") handheld.host.inputs!.key(touch.key);
    if (touch.kind === "scan") handheld.host.inputs!.scan(`${trackingOf(pickParcel(world, touch.pick))}\r`);
    if (touch.kind === "digits") handheld.type(digitsOf(world, touch.pick));
    if (touch.kind === "rest") handheld.wait(500);
  }
  handheld.wait(500);
  replay(world, isMidway);
  world.check();
}

function digitsOf(world: World, pick: number): string {
  const code = world.model.handheld.current(pickParcel(world, pick))?.id ?? 1;
  return world.depot.secrets[code - 1]!.digits;
}

/**
 * Takes the journal's new results into the model, one by one.
 * @param isMidway a parcel was on the screen already: an update, or the depot's time, may have changed what holds for it
 */
function replay(world: World, isMidway: boolean): void {
  const { journal } = world.model.handheld.day;
  const seen = seenResults(world.handheld.see()!, world.depot.secrets);
  while (journal.length < seen.length) {
    const result = seen[journal.length]!;
    const before = journal.length;
    allow(world, result, isMidway);
    assert.ok(journal.length > before, `${JSON.stringify(result)} came of keys alone; the model does not allow it`);
  }
}

function allow(world: World, { what, parcel, code, number, isExact }: SeenResult, isMidway: boolean): void {
  const { model } = world;
  const judged = parcel === 0 ? undefined : model.handheld.judge(parcel);
  model.step((door) => {
    if (what === "accepted" || what === "wrong") door.tryCode(parcel, what === "accepted", isExact);
    if (what === "handed over") door.handOver(parcel);
    if (what === "reversed" && judged === "already handed over") door.takeBack(parcel);
    const isDone = judged === undefined || /^(already|not on)/.test(judged);
    if (what === "not delivered" && !isDone && (isMidway || /^(ask|no code|locked|device|code)/.test(judged))) {
      door.notDelivered(parcel, number);
    }
    if (what === "wrong answer" && (isMidway || (code === 0 ? door.isDeviceLocked() : judged === "locked"))) {
      door.answer(parcel, code, false);
    }
  });
}
