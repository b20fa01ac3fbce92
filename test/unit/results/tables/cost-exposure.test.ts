import { describe, expect, it } from 'vitest';
import { costExposure } from '../../../../report/charts/cost-exposure.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { summarise } from '../../../../results/summary.ts';
import { createContext } from '../../../../results/tables/context.ts';
import {
  costExposureOf,
  costExposureTable,
  type CostExposure,
} from '../../../../results/tables/cost-exposure.ts';
import { isolation } from '../../../../scenarios/isolation.ts';
import { addCounts } from '../../../fixtures/records/counted.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

const CALLS = 'isolation.host-syscalls-allowed';
const EXPLOITS = 'isolation.host-exploit-preconditions';
const WRITABLE = 'isolation.global-writable';

/** Memory as in every fixture, and an isolation sample for each of its boots: the VM monitor may do less. */
function exposedRecord(scenarios: ('startup' | 'memory')[] = ['startup', 'memory']): RunRecord {
  const record = buildRecord({ rounds: 3, warmup: 0, failedBoot: false, hostile: false, scenarios });
  addCounts(record, isolation, (kind) =>
    kind === 'vm'
      ? { [CALLS]: 321, [EXPLOITS]: 16, [WRITABLE]: 0 }
      : { [CALLS]: 306, [EXPLOITS]: 54, [WRITABLE]: 0 },
  );
  return record;
}

function found(record: RunRecord): CostExposure | undefined {
  return costExposureOf(createContext(record, summarise(record)));
}

describe('cost against exposure', () => {
  it('is memory, where it was measured, and each part of exposure for itself', () => {
    const table = costExposureTable(found(exposedRecord()) ?? expect.unreachable());
    expect(table.columns.map(({ note }) => note)).toEqual([
      undefined,
      'memory.total',
      CALLS,
      EXPLOITS,
      WRITABLE,
    ]);
    expect(table.rows.map((row) => row.slice(2).map(({ text }) => text))).toEqual([
      ['306', '54', '0'],
      ['321', '16', '0'],
    ]);
  });

  it('is time until ready where no memory was measured', () => {
    expect(found(exposedRecord(['startup']))?.cost).toMatchObject({ metric: 'startup.ready', unit: 'ms' });
  });

  it('is nothing where nobody asked for exposure, or where one runtime is alone', () => {
    expect(found(buildRecord({ rounds: 1 }))).toBeUndefined();
    const record = exposedRecord();
    const [only] = record.runtimes;
    const alone = { ...record, samples: record.samples.filter(({ runtime }) => runtime === only?.id) };
    expect(found({ ...alone, runtimes: record.runtimes.slice(0, 1) })).toBeUndefined();
  });

  it('draws a panel for each part that is not 0 for all, and says which is', () => {
    const figure = costExposure(found(exposedRecord()) ?? expect.unreachable());
    expect(figure.panels.map(({ heading }) => heading)).toEqual([
      'System calls allowed, of the host’s kernel',
      'Exploit preconditions met, on the host’s kernel',
    ]);
    expect(figure.caption).toContain('Not drawn, since it is 0 for all: Global files that open for writing.');
    expect(figure.panels[1]?.alt).toMatch(/ 54 at .* MiB; .* 16 at .* MiB$/);
  });
});
