// `npm run check`: everything but the tests that must hold before a commit, each step printed with its outcome.
// Ends with a line of counts, and with exit code 1 when any step failed.
import { checkSteps } from "./check/steps.ts";

let failed = 0;
const steps = checkSteps();
for (const { name, run } of steps) {
  const started = performance.now();
  const { passed, output } = await run();
  const took = `${((performance.now() - started) / 1000).toFixed(1)} s`;
  process.stdout.write(`${passed ? "ok  " : "FAIL"} ${name} (${took})\n`);
  if (!passed) {
    failed += 1;
    process.stdout.write(`${output.trim().replace(/^/gm, "     ")}\n`);
  }
}
process.stdout.write(`check: ${steps.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
