import type { LabTask } from './options.ts';

/** Where vitest's counts lie in the lab; their name on the host is the caller's to choose. */
export const REPORT = '/root/lab-report.json';

/** `TWINBOOT_LAB_REPORT`: whoever wants the counts names a folder, and finds lab-report.json in it. */
export function reportFile(): { folder: string } | undefined {
  const folder = process.env.TWINBOOT_LAB_REPORT;
  return folder === undefined ? undefined : { folder };
}

/** The shell command that runs the tests inside. They are the project `lab` of vitest.config.ts, which exists there alone. */
export function testsCommand({ smoke, filter }: Extract<LabTask, { kind: 'tests' }>): string {
  const files = smoke ? ' test/lab/smoke.test.ts' : '';
  const only = filter === '' ? '' : ` --testNamePattern ${shellWord(filter)}`;
  return `TWINBOOT_IN_LAB=1 TWINBOOT_TEST_REPORT=${REPORT} node node_modules/vitest/vitest.mjs run --project lab${files}${only}`;
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
