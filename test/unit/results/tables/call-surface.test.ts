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
import type { Scenario } from '../../../../harness/contract/scenario.ts';
import { attackSurface } from '../../../../scenarios/attack-surface.ts';
import { isolation } from '../../../../scenarios/isolation.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';

const USED = 'attack-surface.calls';
const ALLOWED = 'isolation.host-syscalls-allowed';
const ALL = 'isolation.syscalls-all';

/** A container that makes 151 calls of the 306 that it may make, and a VM monitor that makes 91 of 321. */
function recordWith(scenarios: Pick<Scenario, 'id' | 'title' | 'question' | 'metrics'>[]): RunRecord {
  const record = buildRecord({ rounds: 1, warmup: 0, failedBoot: false, hostile: false });
  const boots = record.samples.filter(({ scenario }) => scenario === record.scenarios[0]?.id);
  const kinds = new Map(record.runtimes.map(({ id, kind }) => [id, kind]));
  for (const { id, title, question, metrics } of scenarios) {
    record.scenarios.push({ id, title, question, metrics });
    for (const boot of boots) {
      const isVm = kinds.get(boot.runtime) === 'vm';
      const counts: Record<string, number> = {
        [USED]: isVm ? 91 : 151,
        [ALLOWED]: isVm ? 321 : 306,
        [ALL]: 362,
      };
      const values = Object.entries(counts)
        .filter(([metric]) => metrics.some((declared) => declared.id === metric))
        .map(([metric, value]) => ({ metric, unit: 'count' as const, value }));
      record.samples.push({ ...boot, scenario: id, values, missing: [], details: {} });
    }
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
