import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { median } from '../results/statistics/quantile.ts';
import { writeRecord } from '../results/store.ts';
import type { Benchmark } from './benchmark.ts';
import { enlargeRecord } from './large-record.ts';
import { watchRepeatedly } from './watched-command.ts';

const SAMPLES = 1000;
const REPEATS = 3;
const BOUND_MS = 2000;

export const largeComparison: Benchmark = {
  id: 'large-comparison',
  question: 'How long does `twinboot compare` take for two records of 1,000 samples each?',
  async measure({ host, options, referenceRun }) {
    const { record } = await referenceRun();
    const folders = ['base', 'new'].map((name) => join(host.workFolder, 'large-comparison', name));
    for (const [index, folder] of folders.entries()) {
      await mkdir(folder, { recursive: true });
      await writeRecord(folder, enlargeRecord(record, SAMPLES, options.seed + index));
    }
    // Both are jittered alike: a verdict of regression would be one of the false alarms.
    const runs = await watchRepeatedly(REPEATS, ['compare', ...folders], {
      folder: folders[0] ?? '',
      signal: host.signal,
    });
    return [
      {
        title: 'twinboot compare on two records of 1,000 samples, median',
        unit: 'ms',
        value: median(runs.map(({ wallMs }) => wallMs)) ?? NaN,
        n: REPEATS,
        bound: BOUND_MS,
      },
    ];
  },
};
