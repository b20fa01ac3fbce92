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
  if (result.state === 'skipped' && result.note !== undefined) return result.note;
  return hasFailedAround(test) ? 'what had to be done before it failed' : 'NO REASON GIVEN';
}

/** Whether a hook of a group that the test is in has failed. */
function hasFailedAround({ parent }: TestCase): boolean {
  for (let around = parent; ; around = around.parent) {
    if (around.errors().length > 0) return true;
    if (around.type === 'module') return false;
  }
}
