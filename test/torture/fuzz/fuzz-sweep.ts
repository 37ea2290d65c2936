// Makes a sweep of a fuzz target: numbered inputs from the seed, then fast-check over the choices behind them, which
// shrinks what it finds. A point's id holds all it takes to give that input again: `seed-number`, or the choices.
import { setImmediate as breathe } from "node:timers/promises";
import fc from "fast-check";
import { pointId, type Sweep, type Torture } from "../sweep.ts";
import type { Dice } from "./dice.ts";
import { hashText, ListedDice, SeededDice } from "./dice.ts";

/** Code that is fed. */
export interface FuzzTarget<Input> {
  /** Makes an input; it draws on nothing but the dice. */
  draw(dice: Dice): Input;
  /**
   * Feeds it, from the same state each time.
   * @returns what came of it, in a word or two
   * @throws when something did not hold
   */
  give(input: Input): string | Promise<string>;
  /** An input for a report. */
  show(input: Input): string;
  close?(): Promise<void>;
}

/** A fuzz sweep. */
export interface Fuzz<Input> {
  name: string;
  title: string;
  /** Numbered inputs in the long run, and runs of fast-check. */
  inputs: number;
  properties: number;
  /** What must have come of some input, or the inputs are too shallow; asked of shares of `enough` inputs and more. */
  reaches: readonly string[];
  enough: number;
  open(): FuzzTarget<Input> | Promise<FuzzTarget<Input>>;
}

const BATCH = 500;
/** More violations than this tell nothing new. */
const VIOLATIONS_MAX = 20;
const CHOICES = fc.array(fc.nat(), { maxLength: 48, size: "max" });

class FuzzRun<Input> {
  private readonly fuzz: Fuzz<Input>;
  private readonly torture: Torture;
  private readonly target: FuzzTarget<Input>;
  private readonly outcomes = new Map<string, number>();
  private violations = 0;
  /** Inputs that the run was not told of yet. */
  private untold = 0;

  constructor(fuzz: Fuzz<Input>, torture: Torture, target: FuzzTarget<Input>) {
    this.fuzz = fuzz;
    this.torture = torture;
    this.target = target;
  }

  async all(): Promise<void> {
    const { fuzz, torture } = this;
    const inputs = Math.ceil(fuzz.inputs * torture.share);
    const properties = Math.ceil(fuzz.properties * torture.share);
    torture.planned(inputs + properties);
    const start_ms = performance.now();
    await this.numbered(inputs);
    torture.figure("inputs a second", Math.round(inputs / ((performance.now() - start_ms) / 1000)));
    await this.properties(properties);
    torture.figure("kinds of outcome", this.outcomes.size);
    if (inputs < fuzz.enough) return;
    for (const outcome of fuzz.reaches) {
      if (!this.outcomes.has(outcome)) this.violated(`reach:${outcome}`, `no input came to "${outcome}"`);
    }
  }

  /** One input again, by the part of its id behind the sweep's name. */
  async one(point: string): Promise<void> {
    this.torture.planned(1);
    const [seed = 0, number = 0] = point.split("-").map(Number);
    if (point.startsWith("c")) await this.give(new ListedDice(point.slice(1).split(".").map(Number)), point);
    else if (!point.startsWith("reach:")) await this.give(seeded(this.fuzz.name, seed, number), point);
    this.torture.tried();
  }

  private async numbered(inputs: number): Promise<void> {
    const { seed } = this.torture;
    const sweep = hashText(this.fuzz.name);
    const dice = new SeededDice();
    for (let number = 0; number < inputs && this.violations < VIOLATIONS_MAX; number++) {
      dice.reset(seed, sweep, number);
      const given = this.give(dice, `${seed}-${number}`);
      if (given !== undefined) await given;
      this.untold++;
      if (this.untold === BATCH) await this.tell();
    }
    await this.tell();
  }

  /** Tells of the inputs since the last time, and lets timers have their turn. */
  private async tell(): Promise<void> {
    this.torture.tried(this.untold);
    this.untold = 0;
    await breathe();
  }

  private async properties(runs: number): Promise<void> {
    const first = this.torture.seed ^ hashText(this.fuzz.name);
    for (let done = 0; done < runs && this.violations < VIOLATIONS_MAX; done += BATCH) {
      const numRuns = Math.min(BATCH, runs - done);
      const property = fc.asyncProperty(CHOICES, async (choices) => {
        this.note(await this.feed(new ListedDice(choices)));
      });
      const details = await fc.check(property, { seed: (first + done) | 0, numRuns: numRuns });
      if (details.failed) await this.shrunk(details.counterexample?.[0] ?? [], details.errorInstance);
      this.untold = numRuns;
      await this.tell();
    }
  }

  /** Feeds what fast-check shrank once more, so that it is reported as any other input. */
  private async shrunk(choices: readonly number[], error: unknown): Promise<void> {
    const point = `c${choices.join(".")}`;
    const before = this.violations;
    await this.give(new ListedDice(choices), point);
    if (this.violations === before) this.violated(point, `held when it was tried again; before: ${String(error)}`);
  }

  /** Feeds one input and reports what did not hold; waits for nothing when the target does not. */
  private give(dice: Dice, point: string): Promise<void> | undefined {
    const { target } = this;
    const input = target.draw(dice);
    const failed = (error: unknown): void => {
      this.violated(point, `${error instanceof Error ? error.message : String(error)}; input ${target.show(input)}`);
    };
    try {
      const outcome = target.give(input);
      if (typeof outcome !== "string") return outcome.then((word) => this.note(word), failed);
      this.note(outcome);
    } catch (error) {
      failed(error);
    }
    return undefined;
  }

  private async feed(dice: Dice): Promise<string> {
    return this.target.give(this.target.draw(dice));
  }

  private note(outcome: string): void {
    this.outcomes.set(outcome, (this.outcomes.get(outcome) ?? 0) + 1);
  }

  private violated(point: string, error: unknown): void {
    this.violations++;
    this.torture.violated(pointId(this.fuzz.name, point), error);
  }
}

function seeded(name: string, seed: number, number: number): Dice {
  const dice = new SeededDice();
  dice.reset(seed, hashText(name), number);
  return dice;
}

/** A sweep that feeds a target. */
export function fuzzSweep<Input>(fuzz: Fuzz<Input>): Sweep {
  return {
    name: fuzz.name,
    title: fuzz.title,
    async run(torture) {
      const target = await fuzz.open();
      const run = new FuzzRun(fuzz, torture, target);
      try {
        if (torture.only === undefined) await run.all();
        else await run.one(torture.only.slice(fuzz.name.length + 1));
      } finally {
        await target.close?.();
      }
    },
  };
}

/** Throws unless something holds: cheaper than an assertion library in a loop of millions. */
export function must(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(what);
}
