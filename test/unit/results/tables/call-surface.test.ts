import { describe, expect, it } from 'vitest';
import { callSurface } from '../../../../report/charts/call-surface.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { summarise } from '../../../../results/summary.ts';
import {
  callSurfaceOf,
  callSurfaceTable,
  type CallSurface,
} from '../../../../results/tables/call-surface.ts';
import { createContext } from '../../../../results/tables/context.ts';
import { attackSurface } from '../../../../scenarios/attack-surface.ts';
import { isolation } from '../../../../scenarios/isolation.ts';
import { addCounts } from '../../../fixtures/records/counted.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

const USED = 'attack-surface.calls';
const ALLOWED = 'isolation.host-syscalls-allowed';
const ALL = 'isolation.syscalls-all';

/** A container that makes 151 calls of the 306 that it may make, and a VM monitor that makes 91 of 321. */
function recordWith(scenarios: (typeof isolation | typeof attackSurface)[]): RunRecord {
  const record = buildRecord({ rounds: 1, warmup: 0, failedBoot: false, hostile: false });
  for (const scenario of scenarios) {
    addCounts(record, scenario, (kind) =>
      kind === 'vm'
        ? { [USED]: 91, [ALLOWED]: 321, [ALL]: 362 }
        : { [USED]: 151, [ALLOWED]: 306, [ALL]: 362 },
    );
  }
  return record;
}

function found(record: RunRecord): CallSurface | undefined {
  return callSurfaceOf(createContext(record, summarise(record)));
}

describe('system calls that are made, allowed, and all', () => {
  it('stand in one table', () => {
    const table = callSurfaceTable(found(recordWith([isolation, attackSurface])) ?? expect.unreachable());
    expect(table.rows.map((row) => row.slice(1).map(({ text }) => text))).toEqual([
      ['151', '306', '362'],
      ['91', '321', '362'],
    ]);
  });

  it('are one bar for each runtime, which is as long as all of them', () => {
    const figure = callSurface(found(recordWith([isolation, attackSurface])) ?? expect.unreachable());
    const datasets = figure.panels[0]?.data.datasets as { label: string; data: number[] }[];
    expect(datasets.map(({ label, data }) => [label, ...data])).toEqual([
      ['made', 151, 91],
      ['allowed beside that', 155, 230],
      ['refused', 56, 41],
    ]);
  });

  it('are nothing where only one of both questions was asked', () => {
    expect(found(recordWith([isolation]))).toBeUndefined();
    expect(found(recordWith([attackSurface]))).toBeUndefined();
  });
});
