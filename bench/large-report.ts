import { mkdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { formatBytes } from '../core/units.ts';
import { exports } from '../results/export/registry.ts';
import { median } from '../results/statistics/quantile.ts';
import { RECORD_FILE, writeRecord } from '../results/store.ts';
import { summarise } from '../results/summary.ts';
import type { Benchmark } from './benchmark.ts';
import { enlargeRecord } from './large-record.ts';
import { watchRepeatedly } from './watched-command.ts';

const SAMPLES = 10_000;
const REPEATS = 3;
const BOUND_MS = 3000;

export const largeReport: Benchmark = {
  id: 'large-report',
  question: 'How long does `twinboot report` take for a record of 10,000 samples?',
  async measure({ host, options, referenceRun }) {
    const large = enlargeRecord((await referenceRun()).record, SAMPLES, options.seed);
    const folder = join(host.workFolder, 'large-report');
    await mkdir(folder, { recursive: true });
    await writeRecord(folder, large);
    // As the run leaves its folder: `report` draws again, and keeps the exports.
    const summary = summarise(large);
    for (const { fileName, render } of exports)
      await writeFile(join(folder, fileName), render(large, summary));
    const { size } = await stat(join(folder, RECORD_FILE));
    const reports = await watchRepeatedly(REPEATS, ['report', folder], { folder, signal: host.signal });
    return [
      {
        title: `twinboot report on ${large.samples.length} samples, median`,
        unit: 'ms',
        value: median(reports.map(({ wallMs }) => wallMs)) ?? NaN,
        n: REPEATS,
        bound: BOUND_MS,
        remark: `a record of ${formatBytes(size)}`,
      },
      {
        title: '  its peak RSS, worst',
        unit: 'bytes',
        value: Math.max(...reports.map(({ peakBytes }) => peakBytes)),
        n: REPEATS,
      },
    ];
  },
};
