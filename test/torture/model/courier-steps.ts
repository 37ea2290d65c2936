// What a courier does, on both sides at once: scans, codes, handovers, reasons, releases over the phone, and keys pressed
// in any order. After each step the screen and the flash say what the model says.
import { strict as assert } from "node:assert";
import { Key } from "../../../hal/contract/keypad.ts";
import type { Verdict } from "./model-types.ts";
import type { Told } from "./observations.ts";
import { MODEL_DEVICE, opensDoor, trackingOf } from "./real-depot.ts";
import type { CutWish, World } from "./world.ts";

/** Which digits are typed: the code's, any others, one key beside it, the code of another parcel, a dead one. */
export type DigitsKind = "right" | "wrong" | "near" | "other" | "dead";

/** Title and a line of the screen of each verdict. */
const SCREENS: Record<Verdict, readonly [title: RegExp, line: RegExp]> = {
  ask: [/^STOP/, /^Ask for the code/],
  today: [/^never$/, /^never$/],
  "no code needed": [/^STOP/, /^No code needed/],
  accepted: [/^ACCEPTED$/, /^Code is right/],
  wrong: [/^WRONG CODE$/, /tr(y|ies) left\.$/],
  locked: [/^LOCKED$/, /^Too many wrong codes/],
  "device locked": [/^DEVICE LOCKED$/, /^Too many tries today/],
  "already accepted": [/^ALREADY ACCEPTED$/, /^Hand over/],
  "already handed over": [/^ALREADY HANDED OVER$/, /^Nothing to do/],
  "handed over earlier": [/^NOTED$/, /^Handed over earlier/],
  "code replaced": [/^CODE REPLACED$/, /Keep parcel/],
  "not today": [/^NOT TODAY$/, /^The code is for|^This round is not/],
  "not on round": [/^NOT ON THIS ROUND$/, /^Not in the manifest/],
  "clock not set": [/^CLOCK NOT SET$/, /^Sync to set it/],
  "memory nearly full": [/^MEMORY NEARLY FULL$/, /^No more codes now/],
  noted: [/^NOTED$/, /./],
  "wrong answer": [/^RELEASE/, /^Wrong answer$/],
  "no release left": [/^NOTED$/, /^No release left today/],
  "no more answers": [/^NOTED$/, /^Bring it to the depot/],
};

/** The screen says what the model says. */
export function checkScreen(world: World, verdict: Verdict): void {
  world.saw(`screen: ${verdict}`);
  const [title, line] = SCREENS[verdict];
  const [seen, ...rest] = world.handheld.screen();
  const fits = title.test(seen!) && rest.some((text) => line.test(text));
  assert.ok(fits, `the screen says ${[seen, ...rest].join(" | ")}; the model says ${verdict}`);
}

/** A parcel of the active manifest, now and then one that is not on it. */
export function pickParcel(world: World, pick: number): number {
  const { listed } = world.model.handheld.day;
  return pick % 16 === 15 ? world.model.depot.parcels.length + 1 : listed[pick % listed.length]!.parcel;
}

/** Scans a label from the first screen; what must be seen. */
export function look(world: World, parcel: number): Verdict {
  const { handheld } = world;
  handheld.home();
  world.steady();
  const verdict = world.model.step((model) => model.judge(parcel));
  handheld.scan(trackingOf(parcel));
  checkScreen(world, verdict);
  return verdict;
}

/** Tries a code, and hands over when it was right and the courier does not wait. */
export function tryCode(
  world: World,
  pick: number,
  kind: DigitsKind,
  hasHaste: boolean,
  cut: CutWish | undefined,
): void {
  const parcel = pickParcel(world, pick);
  if (look(world, parcel) !== "ask") return;
  const { handheld } = world;
  const code = world.model.handheld.current(parcel)!;
  handheld.press(Key.Enter);
  const left = world.model.handheld.left(code.id);
  assert.ok(handheld.screen().includes(left === 1 ? "1 try left" : `${left} tries left`), `${left} tries are left`);
  const digits = digitsFor(world, code.id, kind);
  handheld.type(digits);
  const secret = world.depot.secrets[code.id - 1]!;
  const opens = opensDoor(secret, digits);
  const done = world.attempt(
    cut,
    () => handheld.press(Key.Enter),
    (model) => model.step((door) => door.tryCode(parcel, opens, digits === secret.digits)),
    "looks",
  );
  if (done === undefined) return;
  checkScreen(world, done.model);
  world.reference.shows({ what: done.model === "accepted" ? "accepted" : "wrong", parcel });
  if (done.model !== "accepted" || !hasHaste) return;
  confirm(world, Key.Enter, { what: "handed over", parcel }, (door) => door.handOver(parcel), undefined);
}

/** Digits of a kind, for a code. */
function digitsFor(world: World, code: number, kind: DigitsKind): string {
  const { secrets } = world.depot;
  const { digits } = secrets[code - 1]!;
  const { dice } = world;
  const place = dice.below(digits.length);
  switch (kind) {
    case "right":
      return digits;
    case "wrong":
      return String(dice.below(1_000_000)).padStart(6, "0");
    case "near":
      return (
        digits.slice(0, place) + String((Number(digits[place]) + 1 + dice.below(9)) % 10) + digits.slice(place + 1)
      );
    case "other":
      return dice.pick(secrets).digits;
    case "dead": {
      const { parcel } = world.model.depot.code(code)!;
      const dead = world.model.depot.codes.filter((one) => one.parcel === parcel && one.id !== code);
      return dead.length === 0 ? digits : secrets[dice.pick(dead).id - 1]!.digits;
    }
  }
}

/** The key that confirms something: written first, shown then. */
function confirm(
  world: World,
  key: Key,
  told: Told,
  step: (door: World["model"]["handheld"]) => Verdict,
  cut: CutWish | undefined,
): void {
  const done = world.attempt(
    cut,
    () => world.handheld.press(key),
    (model) => model.step(step),
    "shows",
  );
  if (done === undefined) return;
  checkScreen(world, done.model);
  world.reference.shows(told);
}

/** The journal keeps room for what the model does not know: how a full one stops the day. */
export function hasRoom(world: World): boolean {
  return world.model.handheld.day.slots - world.model.handheld.end > 8;
}

/** Hands over what may be handed over. */
export function handOver(world: World, pick: number, cut: CutWish | undefined): void {
  const parcel = pickParcel(world, pick);
  const verdict = look(world, parcel);
  if (verdict !== "already accepted" && verdict !== "no code needed") return;
  confirm(world, Key.Enter, { what: "handed over", parcel }, (door) => door.handOver(parcel), cut);
}

/** Says why a parcel is not delivered. */
export function notDelivered(world: World, pick: number, reason: number, cut: CutWish | undefined): void {
  const parcel = pickParcel(world, pick);
  if (!["ask", "no code needed", "locked", "device locked", "code replaced"].includes(look(world, parcel))) return;
  world.handheld.press(Key.Reason);
  assert.equal(world.handheld.screen()[0], "WHY NOT?");
  confirm(world, reason, { what: "not delivered", parcel }, (door) => door.notDelivered(parcel, reason), cut);
}

/** Takes a handover back. */
export function takeBack(world: World, pick: number, cut: CutWish | undefined): void {
  const parcel = pickParcel(world, pick);
  if (look(world, parcel) !== "already handed over") return;
  world.handheld.press(Key.Reason);
  if (world.model.handheld.handover(parcel) < 0) return checkScreen(world, "handed over earlier");
  assert.equal(world.handheld.screen()[0], "TAKE BACK?");
  confirm(world, Key.Enter, { what: "reversed", parcel }, (door) => door.takeBack(parcel), cut);
}

/** Which answer is typed: the depot's, any other, the one given last. */
export type AnswerKind = "right" | "wrong" | "last";

/** Opens a lock over the phone, or tries to. */
export async function answer(world: World, pick: number, kind: AnswerKind, cut: CutWish | undefined): Promise<void> {
  const parcel = pickParcel(world, pick);
  const verdict = look(world, parcel);
  if (verdict !== "locked" && verdict !== "device locked") return;
  const { handheld, model } = world;
  const code = verdict === "locked" ? model.handheld.current(parcel)!.id : 0;
  handheld.press(Key.Enter);
  if (model.handheld.isExhausted(code)) return checkScreen(world, "no release left");
  const challenge = handheld.screen()[3]!.replace(/\D/g, "");
  if (kind === "right") await askDepot(world, parcel, code, challenge);
  const { lastAnswer } = world;
  const isRight = kind !== "wrong" && lastAnswer?.challenge === challenge;
  const digits = kind === "wrong" ? undefined : lastAnswer?.digits;
  handheld.type(digits ?? String(world.dice.below(100_000_000)).padStart(8, "0"));
  const done = world.attempt(
    cut,
    () => handheld.press(Key.Enter),
    (after) => after.step((door) => door.answer(parcel, code, isRight)),
    "looks",
  );
  if (done === undefined) return;
  checkScreen(world, done.model);
  world.reference.shows({ what: isRight ? "released" : "wrong answer", parcel: code === 0 ? 0 : parcel });
}

/** Reads a challenge out to the depot, which answers or does not. */
async function askDepot(world: World, parcel: number, code: number, challenge: string): Promise<void> {
  const { handheld, depot } = world.model;
  const tracking = code === 0 ? undefined : trackingOf(parcel);
  const wish = { device: MODEL_DEVICE, tracking, day: handheld.day.day, challenge, online: false };
  const release = await world.depot.ask((real) => real.release(wish));
  const isGiven = depot.releaseByPhone(handheld.day, code, handheld.releases(code));
  assert.equal(release !== undefined, isGiven, "the depot answers");
  if (release?.answer !== undefined) world.lastAnswer = { challenge, digits: release.answer };
}
