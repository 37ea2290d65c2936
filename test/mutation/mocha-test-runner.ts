// A test runner plugin for Stryker over mocha's own API. Stryker's mocha runner of the series that runs on Node 20 does
// not know mocha 12; this one does what it does: it loads the test files once and switches mutants at run time.
import { declareClassPlugin, PluginKind, tokens, commonTokens } from "@stryker-mutator/api/plugin";
import type { InstrumenterContext, MutantCoverage, StrykerOptions } from "@stryker-mutator/api/core";
import {
  determineHitLimitReached,
  type DryRunOptions,
  type DryRunResult,
  DryRunStatus,
  type MutantRunOptions,
  type MutantRunResult,
  type TestResult,
  type TestRunner,
  type TestRunnerCapabilities,
  TestStatus,
  toMutantRunResult,
} from "@stryker-mutator/api/test-runner";
import Mocha from "mocha";

/** Where the instrumented sources look for the mutant that is switched on, and note what they ran. */
type Context = { [field in keyof InstrumenterContext]?: InstrumenterContext[field] | undefined };

const instrumented = globalThis as unknown as { __stryker__?: Context };

/** The option of this runner, named as in Stryker's own: `testFiles` would make it filter static mutants by file name. */
export const strykerValidationSchema = {
  properties: { mochaOptions: { properties: { spec: { type: "array", items: { type: "string" } } } } },
};

/** Runs an area's test files, `mochaOptions.spec`, in this process. */
export class MochaTestRunner implements TestRunner {
  static inject = tokens(commonTokens.options);
  private readonly context: Context;
  private readonly mocha: Mocha;
  private results: TestResult[] = [];
  private isLoaded = false;
  private notesTests = false;

  constructor(options: StrykerOptions) {
    this.context = instrumented.__stryker__ ??= {};
    this.mocha = new Mocha({ timeout: 0, reporter: this.reporter() });
    this.mocha.cleanReferencesAfterRun(false);
    const { spec } = options["mochaOptions"] as { spec: readonly string[] };
    for (const file of spec) this.mocha.addFile(file);
    const noteTest = (title: string | undefined): void => {
      if (this.notesTests) this.context.currentTestId = title;
    };
    this.mocha.suite.beforeEach(function () {
      noteTest(this.currentTest?.fullTitle());
    });
  }

  /** What was imported stays imported: a mutant that only runs at load gets a process of its own. */
  capabilities(): TestRunnerCapabilities {
    return { reloadEnvironment: false };
  }

  async dryRun({ coverageAnalysis, disableBail }: DryRunOptions): Promise<DryRunResult> {
    this.notesTests = coverageAnalysis === "perTest";
    const result = await this.run(disableBail, undefined, false);
    this.notesTests = false;
    if (result.status === DryRunStatus.Complete && coverageAnalysis !== "off") {
      result.mutantCoverage = this.context.mutantCoverage as MutantCoverage;
    }
    return result;
  }

  async mutantRun(options: MutantRunOptions): Promise<MutantRunResult> {
    const { activeMutant, testFilter, disableBail, hitLimit, mutantActivation } = options;
    this.context.hitLimit = hitLimit;
    this.context.hitCount = hitLimit === undefined ? undefined : 0;
    const names = testFilter?.map((title) => `^${title.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")}$`);
    this.mocha.grep(new RegExp(names === undefined ? "" : names.join("|")));
    return toMutantRunResult(await this.run(disableBail, activeMutant.id, mutantActivation === "static"));
  }

  dispose(): Promise<void> {
    try {
      this.mocha.dispose();
    } catch (error) {
      // After a timeout the run may still be under way; the process ends with it.
      if ((error as { code?: unknown }).code !== "ERR_MOCHA_INSTANCE_ALREADY_RUNNING") throw error;
    }
    return Promise.resolve();
  }

  private async run(all: boolean, mutant: string | undefined, atLoad: boolean): Promise<DryRunResult> {
    try {
      if (!this.isLoaded) {
        this.context.activeMutant = atLoad ? mutant : undefined;
        await this.mocha.loadFilesAsync();
        this.isLoaded = true;
      }
      setBail(this.mocha.suite, !all);
      this.context.activeMutant = mutant;
      await new Promise<void>((resolve) => {
        this.mocha.run(() => {
          resolve();
        });
      });
      const endless = determineHitLimitReached(this.context.hitCount, this.context.hitLimit);
      return endless ?? { status: DryRunStatus.Complete, tests: this.results };
    } catch (error) {
      return { status: DryRunStatus.Error, errorMessage: String(error instanceof Error ? error.stack : error) };
    }
  }

  /** A reporter that prints nothing and keeps what became of each test. */
  private reporter(): Mocha.ReporterConstructor {
    const keep = (result: TestResult): void => {
      this.results.push(result);
    };
    const begin = (): void => {
      this.results = [];
    };
    function report(runner: Mocha.Runner): void {
      begin();
      runner.on("pass", (test) => {
        const title = test.fullTitle();
        keep({ id: title, name: title, status: TestStatus.Success, timeSpentMs: test.duration ?? 0 });
      });
      runner.on("fail", (test, error: Error) => {
        const title = test.ctx?.currentTest?.fullTitle() ?? test.fullTitle();
        const message = error.stack ?? error.message;
        keep({ id: title, name: title, status: TestStatus.Failed, failureMessage: message, timeSpentMs: 0 });
      });
    }
    return report as unknown as Mocha.ReporterConstructor;
  }
}

function setBail(suite: Mocha.Suite, bail: boolean): void {
  suite.bail(bail);
  for (const child of suite.suites) setBail(child, bail);
}

/** What Stryker loads. */
export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "mocha-12", MochaTestRunner)];
