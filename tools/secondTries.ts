import type { Reporter, TestCase } from 'vitest/node';

/** Tests run real servers and ask how long things take: on a busy machine one may need another try (.ci/run), and that is told. */
// oxlint-disable-next-line import/no-default-export -- vitest takes the default export of a reporter
export default class SecondTries implements Reporter {
  readonly #names: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky === true)
      this.#names.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd(): void {
    if (this.#names.length === 0) return;
    console.log(`\n${this.#names.length} passed at the second try only:`);
    for (const name of this.#names) console.log(`  ${name}`);
  }
}
