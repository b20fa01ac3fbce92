import { describe, expect, it } from 'vitest';
import { comparisonsOf } from '../../../bench/agreement.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

describe('comparisonsOf', () => {
  const record = buildRecord({ rounds: 2, warmup: 1, failedBoot: false });
  const startups = record.samples.filter(
    ({ scenario, runtime }) => scenario === 'startup' && runtime === 'nspawn',
  );

  it('pairs what was reported with what arrived, for every boot that has both, warm-up included', () => {
    for (const sample of startups.slice(0, 2)) sample.details.consoleMultiUserMs = 417.25;
    const reported = startups.map(
      ({ values }) => values.find(({ metric }) => metric === 'startup.multi-user')?.value,
    );
    expect(startups).toHaveLength(3);
    expect(comparisonsOf(record, 'nspawn')).toEqual([
      { reportedMs: reported[0], arrivedMs: 417.25 },
      { reportedMs: reported[1], arrivedMs: 417.25 },
    ]);
  });

  it('has none for a runtime whose console said nothing', () => {
    expect(comparisonsOf(record, 'qemu')).toEqual([]);
  });
});
