import { defineConfig } from 'vitest/config';
import { SkipReporter } from './test/support/skip-reporter.ts';

/** Where to write the counts as JSON, for whoever calls the tests. */
const report = process.env.TWINBOOT_TEST_REPORT;

/** Set by test/lab/main.ts, inside the lab. */
const inLab = process.env.TWINBOOT_IN_LAB !== undefined;

/**
 * `lab` runs inside the lab host alone, where everything takes ten times as long (test/lab/). `unit` and `property`
 * (100,000 generated inputs for every parser) need nothing but Node; `integration` boots real instances (root, one at
 * a time); `browser` opens a rendered report in Debian's Chromium.
 */
export default defineConfig({
  test: {
    globalSetup: ['test/support/leftovers.ts'],
    reporters: ['default', new SkipReporter(), ...(report === undefined ? [] : ['json'])],
    ...(report === undefined ? {} : { outputFile: { json: report } }),
    projects: [
      ...(inLab
        ? [
            {
              test: {
                name: 'lab',
                include: ['test/lab/**/*.test.ts'],
                // A KVM guest boots in one to four minutes there.
                testTimeout: 1_800_000,
                hookTimeout: 1_800_000,
                fileParallelism: false,
              },
            },
          ]
        : []),
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts'],
          testTimeout: 20_000,
          // vitest would leave one CPU idle, which is half of a small host.
          maxWorkers: '100%',
        },
      },
      {
        test: {
          name: 'property',
          include: ['test/property/**/*.test.ts'],
          testTimeout: 3_600_000,
          // Each file keeps one CPU busy; nothing else runs beside them.
          maxWorkers: '100%',
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
          fileParallelism: false,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'browser',
          include: ['test/browser/**/*.test.ts'],
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
