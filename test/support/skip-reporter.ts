import type { Reporter, TestCase, TestModule } from 'vitest/node';

/** Ends a test run with the tests that were skipped, each with its reason: a skip that nobody sees is a lie. */
export class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) => [...module.children.allTests('skipped')]);
    for (const test of skipped) console.log(`skipped: ${test.fullName}: ${reasonOf(test)}`);
  }
}

function reasonOf(test: TestCase): string {
  const result = test.result();
  return result.state === 'skipped' && result.note !== undefined ? result.note : 'NO REASON GIVEN';
}
