import { describe, expect, it } from 'vitest';
import { ratioSeries, runtimeSeries } from '../../../../results/compare/series.ts';
import type { PooledSide } from '../../../../results/compare/pool.ts';
import type { Metric, RunRecord, Sample } from '../../../../results/record.ts';
import { buildSide } from '../../../fixtures/records/sides.ts';

const ready: Metric = {
  id: 'startup.ready',
  title: 'ready',
  unit: 'ms',
  better: 'lower',
  definition: 'the agent spoke',
  role: 'rung',
};

/** A side with one sample for each value: what a runtime said in a round. */
function sideOf(values: Record<string, (number | undefined)[]>): PooledSide {
  const [record] = buildSide('any').records;
  const samples = Object.entries(values).flatMap(([runtime, rounds]) =>
    rounds.map((value, index): Sample => ({
      scenario: 'startup',
      runtime,
      phase: 'measured',
      round: index + 1,
      order: 1,
      boot: `${runtime}-${index + 1}`,
      startedAt: '2026-11-23T09:00:00.000Z',
      outcome: value === undefined ? 'failed' : 'ok',
      values: value === undefined ? [] : [{ metric: ready.id, unit: 'ms', value }],
      missing: [],
      details: {},
    })),
  );
  return { name: 'any', records: [{ ...record, samples } satisfies RunRecord] };
}

describe('the values of a runtime', () => {
  it('are in the order of the rounds, those of every pooled record; warm-ups and failed boots give none', () => {
    const one = sideOf({ nspawn: [10, undefined, 12] });
    const two = sideOf({ nspawn: [20, 21] });
    two.records[0].samples.reverse();
    const [warm] = two.records[0].samples;
    if (warm !== undefined) two.records[0].samples.push({ ...warm, phase: 'warmup' });
    const pooled: PooledSide = { name: 'pooled', records: [one.records[0], two.records[0]] };
    expect(runtimeSeries(pooled, 'startup', ready, 'nspawn')).toEqual({
      values: [10, 12, 20, 21],
      reasons: ['outcome: failed'],
    });
  });
});

describe('a VM over a container', () => {
  const pair = { vm: 'qemu', container: 'nspawn' };

  it('is divided round by round, not in the order in which values happen to come', () => {
    const side = sideOf({ nspawn: [1, undefined, 4], qemu: [10, 20, 80] });
    expect(ratioSeries(side, 'startup', ready, pair).values).toEqual([10, 20]);
  });

  it('is divided within a record: rounds of the same number in another run are other rounds', () => {
    const one = sideOf({ nspawn: [1], qemu: [10] });
    const two = sideOf({ nspawn: [2], qemu: [60] });
    const pooled: PooledSide = { name: 'pooled', records: [one.records[0], two.records[0]] };
    expect(ratioSeries(pooled, 'startup', ready, pair).values).toEqual([10, 30]);
  });

  it.each([
    [{ nspawn: [1, 0], qemu: [10, 20] }, 'a value of the container is not above 0: a ratio says nothing'],
    [{ nspawn: [1, 2], qemu: [10, -1] }, 'a value of the VM is below 0: a ratio says nothing'],
    [{ nspawn: [1, undefined], qemu: [undefined, 20] }, 'no round gave a value of both sides'],
    [{ nspawn: [1e-300], qemu: [1e300] }, 'the sides are too far apart for a ratio'],
  ])('has no value of %j, and says why', (values, reason) => {
    expect(ratioSeries(sideOf(values), 'startup', ready, pair)).toEqual({ values: [], reasons: [reason] });
  });
});
