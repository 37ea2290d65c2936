// The self-test, SPEC.md §10.5: every part runs, whatever became of the one before, and each is judged here. It keeps no
// result on the handheld, and needs the technician's session.
import { SelfTestPart } from "../shared/wire/service-data.ts";
import { Command } from "../shared/wire/service-frame.ts";
import { checkBattery, checkClock, checkDigest, checkRadio, checkScratch } from "./self-test-electronics.ts";
import { checkDisplay, checkKeypad, checkScanner, checkSounder } from "./self-test-senses.ts";
import { type Part, type PartOutcome, PARTS, type SelfTestResult, type SelfTestWish } from "./self-test-wish.ts";
import { reportStep, type StepOutcome, type StepReport } from "./step-report.ts";
import { ask, type TechnicianPort } from "./technician-port.ts";

type Check = (port: TechnicianPort, wish: SelfTestWish) => Promise<PartOutcome>;

const CHECKS: Readonly<Record<Part, Check>> = {
  digest: checkDigest,
  flash: checkScratch,
  clock: checkClock,
  battery: checkBattery,
  radio: checkRadio,
  keypad: checkKeypad,
  scanner: checkScanner,
  display: checkDisplay,
  sounder: checkSounder,
};

/** Parts that need a person, or a board with the bench's commands. */
const BY_HAND: readonly Part[] = ["keypad", "scanner", "display", "sounder"];

/**
 * Runs every part that is wanted.
 * @param report gets each part as it is done
 * @throws only what is no fault of handheld or cable
 */
export async function selfTest(port: TechnicianPort, wish: SelfTestWish, report: StepReport): Promise<SelfTestResult> {
  const outcomes: StepOutcome[] = [];
  const untested: Part[] = [];
  const keep: StepReport = (outcome) => {
    outcomes.push(outcome);
    report(outcome);
  };
  for (const part of PARTS) {
    if (wish.without.includes(part) || (wish.hands === undefined && BY_HAND.includes(part))) {
      untested.push(part);
      continue;
    }
    await reportStep(keep, part, async () => {
      const { words, isUnwitnessed } = await CHECKS[part](port, wish);
      if (isUnwitnessed === true) untested.push(part);
      return words;
    });
  }
  const passed = outcomes.every(({ fault }) => fault === 0);
  // The handheld ends the test by itself after a minute, too: a lost cable here is no more than was reported already.
  await ask(port, Command.SelfTest, new Uint8Array([SelfTestPart.End])).catch(() => undefined);
  return { outcomes, untested, passed };
}

/** The verdict in words. */
export function verdictWords({ outcomes, untested, passed }: SelfTestResult): string {
  const failed = outcomes.filter(({ fault }) => fault !== 0).map(({ step }) => step);
  const without = untested.length === 0 ? "" : `, without: ${untested.join(", ")}`;
  return passed ? `self-test passed${without}` : `self-test failed: ${failed.join(", ")}${without}`;
}
