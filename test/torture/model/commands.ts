// The commands of a model run, as fast-check draws them: each does one thing to both sides and names itself, so that a
// counterexample can be read.
import fc from "fast-check";
import { TEAR_SHAPES } from "../../../hal/sim/tear.ts";
import {
  answer,
  type AnswerKind,
  type DigitsKind,
  handOver,
  hasRoom,
  notDelivered,
  takeBack,
  tryCode,
} from "./courier-steps.ts";
import * as depot from "./depot-steps.ts";
import { mash, type Touch } from "./mash.ts";
import type { CutWish, World } from "./world.ts";

/** fast-check's "model" is the holder of both sides; so is its "real". */
export interface Sides {
  world: World;
}

type Run = (world: World) => Promise<void> | void;

/** One command. */
export class ModelCommand implements fc.AsyncCommand<Sides, Sides> {
  private readonly name: string;
  private readonly needsDay: boolean;
  private readonly work: Run;

  constructor(name: string, needsDay: boolean, work: Run) {
    this.name = name;
    this.needsDay = needsDay;
    this.work = work;
  }

  check({ world }: Readonly<Sides>): boolean {
    return !this.needsDay || (world.model.handheld.active !== undefined && hasRoom(world));
  }

  async run({ world }: Sides): Promise<void> {
    world.commands++;
    await this.work(world);
    world.check();
    await depot.pump(world);
    world.check();
    world.checkBooks();
  }

  toString(): string {
    return this.name;
  }
}

const pick = fc.nat({ max: 1000 });
/** Shapes, bytes of a cell, bytes of a record's body. */
const tear = fc.oneof(fc.constantFrom(...TEAR_SHAPES), fc.nat({ max: 8 }), fc.nat({ max: 48 }));

/** A cut in one of the next writes, half of the time; seldom another one in the start behind it. */
function cutIn(writes: number): fc.Arbitrary<CutWish | undefined> {
  const second = fc.record({ write: fc.integer({ min: 1, max: 4 }), tear });
  const again = fc.option(second, { nil: undefined, freq: 2 });
  const wish = fc.record({ write: fc.integer({ min: 1, max: writes }), tear, keepsClock: fc.boolean(), again });
  return fc.option(wish, { nil: undefined, freq: 2 });
}

const fates = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<depot.Fate>("well") },
    {
      weight: 6,
      arbitrary: fc.constantFrom<depot.Fate>(
        "request lost",
        "reply lost",
        "request twice",
        "reply twice",
        "reply late",
        "garbage",
      ),
    },
  ),
  { minLength: 1, maxLength: 4 },
);
const digits = fc.constantFrom<DigitsKind>("right", "right", "wrong", "wrong", "near", "other", "dead");
const answers = fc.array(fc.constantFrom<AnswerKind>("right", "right", "wrong", "last"), {
  minLength: 1,
  maxLength: 4,
});
const HOUR_S = 3600;

const touch: fc.Arbitrary<Touch> = fc.oneof(
  fc.record({ kind: fc.constant("key" as const), key: fc.nat({ max: 15 }) }),
  fc.record({ kind: fc.constant("key" as const), key: fc.constantFrom(10, 10, 11, 15, 1) }),
  fc.record({ kind: fc.constant("scan" as const), pick: fc.nat({ max: 40 }) }),
  fc.record({ kind: fc.constant("digits" as const), pick: fc.nat({ max: 40 }) }),
  fc.constant({ kind: "rest" as const }),
);

type Weighted = fc.WeightedArbitrary<ModelCommand>;

function command<T extends object>(
  weight: number,
  name: string,
  values: { [K in keyof T]: fc.Arbitrary<T[K]> },
  run: (world: World, values: T) => Promise<void> | void,
  needsDay = true,
): Weighted {
  const arbitrary = fc
    .record(values)
    .map((drawn) => new ModelCommand(`${name} ${JSON.stringify(drawn)}`, needsDay, (world) => run(world, drawn as T)));
  return { weight, arbitrary };
}

/** At the door. */
const courier: Weighted[] = [
  command(6, "try", { pick, digits, haste: fc.boolean(), cut: cutIn(4) }, (world, drawn) =>
    tryCode(world, drawn.pick, drawn.digits, drawn.haste, drawn.cut),
  ),
  command(3, "try again and again", { pick, digits, cut: cutIn(4) }, (world, drawn) => {
    for (const cut of [undefined, drawn.cut, undefined]) tryCode(world, drawn.pick, drawn.digits, false, cut);
  }),
  command(3, "hand over", { pick, cut: cutIn(4) }, (world, drawn) => handOver(world, drawn.pick, drawn.cut)),
  command(1, "not delivered", { pick, reason: fc.integer({ min: 1, max: 8 }), cut: cutIn(4) }, (world, drawn) =>
    notDelivered(world, drawn.pick, drawn.reason, drawn.cut),
  ),
  command(3, "take back", { pick, cut: cutIn(4) }, (world, drawn) => takeBack(world, drawn.pick, drawn.cut)),
  command(2, "answer", { pick, answers, cut: cutIn(5) }, async (world, drawn) => {
    for (const kind of drawn.answers) await answer(world, drawn.pick, kind, drawn.cut);
  }),
  command(3, "lock and answer", { pick, answers, cut: cutIn(5) }, async (world, drawn) => {
    for (let turn = 0; turn < 3; turn++) tryCode(world, drawn.pick, "wrong", false, undefined);
    for (const kind of drawn.answers) await answer(world, drawn.pick, kind, drawn.cut);
    tryCode(world, drawn.pick, "right", false, undefined);
  }),
  command(4, "mash", { touches: fc.array(touch, { minLength: 5, maxLength: 40 }) }, (world, drawn) =>
    mash(world, drawn.touches),
  ),
];

/** Batteries and clocks. */
const time: Weighted[] = [
  command(2, "battery out", { keepsClock: fc.boolean() }, (world, drawn) => world.restart(drawn.keepsClock), false),
  command(
    2,
    "time passes",
    { seconds: fc.constantFrom(60, 1000, HOUR_S, HOUR_S, 4 * HOUR_S, 26 * HOUR_S) },
    (world, { seconds }) => {
      world.handheld.skip(seconds);
      world.steady();
    },
    false,
  ),
  command(
    1,
    "depot's clock",
    { ahead_h: fc.constantFrom(0, 0, 0, 0.1, -0.1, 3, -3, 24, -24, 8760) },
    (world, { ahead_h }) => void (world.ahead.depot_s = ahead_h * HOUR_S),
    false,
  ),
];

/** What goes to and fro. */
const exchange: Weighted[] = [
  command(
    3,
    "sync at the dock",
    { fates, cut: cutIn(5) },
    async (world, drawn) => {
      for (const one of drawn.fates) await depot.syncAtDock(world, one, drawn.cut);
    },
    false,
  ),
  command(
    3,
    "sync over the air",
    { fates, stays: fc.boolean(), cut: cutIn(5) },
    async (world, drawn) => {
      await depot.syncOverAir(world, drawn.fates, drawn.cut);
      world.handheld.host.linkUp = drawn.stays;
    },
    false,
  ),
  command(1, "an old request", { pick }, (world, drawn) => depot.replay(world, drawn.pick), false),
];

/** In the depot. */
const office: Weighted[] = [
  command(
    3,
    "reissue",
    { pick, later: fc.constantFrom(0, 0, 0, 1) },
    (world, drawn) => depot.reissue(world, drawn.pick, drawn.later),
    false,
  ),
  command(2, "replace and try", { pick, later: fc.constantFrom(0, 1), digits }, async (world, drawn) => {
    const { listed } = world.model.handheld.day;
    await depot.reissue(world, listed[drawn.pick % listed.length]!.parcel - 1, drawn.later);
    await depot.settle(world);
    tryCode(world, drawn.pick % listed.length, drawn.digits, false, undefined);
  }),
  command(
    2,
    "release online",
    { pick, isDevice: fc.boolean() },
    (world, drawn) => depot.releaseOnline(world, drawn.pick, drawn.isDevice),
    false,
  ),
  command(
    1,
    "seal",
    { later: fc.constantFrom(0, 0, 0, 1, -1) },
    async (world, { later }) => void (await depot.seal(world, world.today() + later)),
    false,
  ),
  command(
    1,
    "close",
    { earlier: fc.constantFrom(0, 1, 1) },
    (world, { earlier }) => depot.closeDay(world, world.today() - earlier),
    false,
  ),
];

/** At the dock. */
const dock: Weighted[] = [
  command(1, "load the same", {}, (world) => depot.load(world, world.model.handheld.day.number, undefined)),
  command(
    1,
    "load some manifest",
    { pick, cut: cutIn(30) },
    (world, drawn) => {
      const numbers = [...world.sealed.keys()];
      if (numbers.length > 0) depot.load(world, numbers[drawn.pick % numbers.length]!, drawn.cut);
    },
    false,
  ),
  command(
    2,
    "sync, seal, load",
    { cut: cutIn(30) },
    async (world, { cut }) => {
      await depot.settle(world);
      depot.load(world, await depot.seal(world, world.today()), cut);
    },
    false,
  ),
  command(2, "next morning", {}, (world) => depot.nextMorning(world), false),
  command(
    1,
    "maintenance",
    { syncs: fc.boolean() },
    async (world, { syncs }) => {
      if (syncs) await depot.settle(world);
      depot.maintain(world);
    },
    false,
  ),
  command(
    1,
    "provision again",
    {},
    async (world) => {
      await depot.settle(world);
      await depot.provisionAgain(world);
      depot.load(world, await depot.seal(world, world.today()), undefined);
    },
    false,
  ),
];

/** All commands, the courier's most often. */
export const COMMANDS: fc.Arbitrary<ModelCommand> = fc.oneof(...courier, ...time, ...exchange, ...office, ...dock);
