import type { Reporter, TestCase } from 'vitest/node';

/** Tests run real servers and ask how long things take: on a busy machine one may need another try (.ci/run), and that is told. */
// oxlint-disable-next-line import/no-default-export -- vitest takes the default export of a reporter
export default class SecondTries implements Reporter {
  readonly #told: string[] = [];

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky !== true) return;
    const [first] = test.result().errors ?? [];
    const line = first?.stacks?.[0]?.line;
    const why = `${line === undefined ? '' : `line ${line}: `}${first?.message.split('\n')[0] ?? 'no reason is known'}`;
    this.#told.push(`${test.module.relativeModuleId}: ${test.fullName}\n    ${why}`);
  }

  onTestRunEnd(): void {
    if (this.#told.length === 0) return;
    console.log(`\n${this.#told.length} passed at the second try only:`);
    for (const one of this.#told) console.log(`  ${one}`);
  }
}
