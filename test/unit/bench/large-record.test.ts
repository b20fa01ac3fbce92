import { describe, expect, it } from 'vitest';
import { enlargeRecord } from '../../../bench/large-record.ts';
import { recordSchema, type RunRecord } from '../../../results/record.ts';
import { summarise } from '../../../results/summary.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

const small = buildRecord({ rounds: 3, failedBoot: false });

function valuesOf(record: RunRecord, runtime: string, metric: string): number[] {
  return record.samples
    .filter((sample) => sample.runtime === runtime && sample.phase === 'measured')
    .flatMap((sample) => sample.values)
    .filter((value) => value.metric === metric)
    .map(({ value }) => value);
}

describe('enlargeRecord', () => {
  const large = enlargeRecord(small, 100, 1);

  it('gives at least as many samples as asked for, in whole rounds, as a valid record', () => {
    // 2 runtimes × 3 scenarios a round: 17 rounds are the first to reach 100.
    expect(large.samples).toHaveLength(17 * 6);
    expect(large.plan).toMatchObject({ rounds: 17, warmup: 0 });
    expect(recordSchema.parse(large)).toEqual(large);
  });

  it('boots every runtime once a round, and each boot serves every scenario', () => {
    const boots = summarise(large).boots;
    expect(boots.map(({ begun, failed }) => ({ begun, failed }))).toEqual([
      { begun: 17, failed: 0 },
      { begun: 17, failed: 0 },
    ]);
  });

  it('moves times and sizes by 5 % at most, and leaves counts alone', () => {
    const real = valuesOf(small, 'nspawn', 'startup.ready');
    const moved = valuesOf(large, 'nspawn', 'startup.ready');
    expect(new Set(moved).size).toBe(17);
    expect(Math.min(...moved)).toBeGreaterThanOrEqual(Math.min(...real) * 0.95);
    expect(Math.max(...moved)).toBeLessThanOrEqual(Math.max(...real) * 1.05);
    const counts = new Set(valuesOf(small, 'qemu', 'services.running'));
    for (const count of valuesOf(large, 'qemu', 'services.running')) expect(counts).toContain(count);
  });

  it('gives the same record for the same seed', () => {
    expect(enlargeRecord(small, 100, 1)).toEqual(large);
    expect(enlargeRecord(small, 100, 2)).not.toEqual(large);
  });

  it('refuses a record in which a runtime has no good boot', () => {
    expect(() => enlargeRecord(buildRecord({ allFail: true }), 100, 1)).toThrow('no good boot of nspawn');
  });
});
