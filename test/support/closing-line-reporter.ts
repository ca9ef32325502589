/**
 * Ends a test run with one line that a script can read: `123 passed, 0 failed, 0 skipped`.
 *
 * It is written when the process exits, after all output of vitest. Every skipped test is listed
 * before it with its reason. A skip without a reason counts as failed, and so do a file that could
 * not be loaded, a failed hook, and an error outside of any test: the line and the exit code never
 * disagree. When only some tests were selected by name (`-t`), the others need no reason.
 */
import { writeSync } from 'node:fs';
import type { Reporter, TestCase, TestModule, TestRunEndReason, Vitest } from 'vitest/node';

export default class ClosingLineReporter implements Reporter {
  #isNarrowed = (): boolean => false;
  #text = '0 passed, 1 failed, 0 skipped';

  onInit(vitest: Vitest): void {
    this.#isNarrowed = () => vitest.getGlobalTestNamePattern() !== undefined;
    process.once('exit', () => writeSync(1, `\n${this.#text}\n`));
  }

  onTestRunEnd(
    modules: readonly TestModule[],
    unhandledErrors: readonly unknown[],
    reason: TestRunEndReason,
  ): void {
    const cases = modules.flatMap((module) => [...module.children.allTests()]);
    const skipped = cases.filter((test) => test.result().state === 'skipped');
    const unexplained = this.#isNarrowed() ? [] : skipped.filter((test) => !noteOf(test));
    const passed = cases.filter((test) => test.result().state === 'passed').length;
    const failedCases = cases.length - passed - skipped.length;
    const outside = unhandledErrors.length + modules.reduce(countErrorsOutsideTests, 0);
    let failed = failedCases + outside + unexplained.length;
    if (reason !== 'passed' && failed === 0) failed = 1;
    if (unexplained.length > 0) process.exitCode = 1;
    const explained = skipped.filter((test) => noteOf(test));
    const lines = [
      ...explained.map((test) => `skipped: ${nameOf(test)}: ${noteOf(test)}`),
      ...unexplained.map((test) => `skipped without a reason, so failed: ${nameOf(test)}`),
      `${passed} passed, ${failed} failed, ${skipped.length - unexplained.length} skipped`,
    ];
    this.#text = lines.join('\n');
  }
}

/** The text given to `ctx.skip('…')`. */
function noteOf(test: TestCase): string | undefined {
  const result = test.result();
  return result.state === 'skipped' ? result.note : undefined;
}

function nameOf(test: TestCase): string {
  return `${test.module.relativeModuleId} > ${test.fullName}`;
}

/** Errors of loading the file and of hooks around its suites. */
function countErrorsOutsideTests(sum: number, module: TestModule): number {
  const suites = [...module.children.allSuites()];
  return (
    sum + module.errors().length + suites.reduce((all, suite) => all + suite.errors().length, 0)
  );
}
