import { describe, expect, it } from 'vitest';
import { verdictOf, type Figure } from '../../../bench/benchmark.ts';
import { figureTable } from '../../../bench/table.ts';

const ratio: Figure = { title: 'ratio', unit: 'ratio', value: 1.01, n: 30, bound: 1.02 };

describe('verdictOf', () => {
  it('takes a bound as the most that a figure may be', () => {
    expect(verdictOf({ ...ratio, value: 1.02 })).toEqual({ met: true, unsure: false });
    expect(verdictOf({ ...ratio, value: 1.0201 })).toEqual({ met: false, unsure: false });
  });

  it('is unsure where the interval holds values on both sides of the bound', () => {
    expect(verdictOf({ ...ratio, interval: { low: 0.99, high: 1.03 } })).toEqual({ met: true, unsure: true });
    expect(verdictOf({ ...ratio, interval: { low: 0.99, high: 1.02 } })?.unsure).toBe(false);
    expect(verdictOf({ ...ratio, value: 1.05, interval: { low: 1.03, high: 1.07 } })).toEqual({
      met: false,
      unsure: false,
    });
  });

  it('takes a floor as the least that a figure may be', () => {
    const atLeast = { title: 'throughput', unit: 'ratio', n: 7, floor: 0.9 } as const;
    expect(verdictOf({ ...atLeast, value: 0.9 })).toEqual({ met: true, unsure: false });
    expect(verdictOf({ ...atLeast, value: 0.89 })).toEqual({ met: false, unsure: false });
    const interval = { low: 0.88, high: 0.95 };
    expect(verdictOf({ ...atLeast, value: 0.92, interval })).toEqual({ met: true, unsure: true });
  });

  it('says nothing of a figure without a bound', () => {
    expect(verdictOf({ title: 'part', unit: 'ms', value: 1, n: 1 })).toBeUndefined();
  });
});

describe('figureTable', () => {
  it('prints each figure in its unit with its bound, marks what is emulated or unsure, and says what failed', () => {
    const text = figureTable([
      {
        id: 'observer-effect',
        question: '',
        tookMs: 1,
        figures: [{ ...ratio, interval: { low: 0.98, high: 1.04 }, emulated: true, remark: 'few rounds' }],
      },
      {
        id: 'overhead',
        question: '',
        tookMs: 1,
        figures: [
          { title: 'share', unit: 'share', value: 0.0612, n: 8, bound: 0.05 },
          { title: 'part', unit: 'ms', value: 1234.5, n: 8 },
          { title: 'peak', unit: 'bytes', value: 150 * 1024 ** 2, n: 1, bound: 200e6 },
          { title: 'live', unit: 'count', value: 985, n: 1, floor: 1000 },
        ],
      },
      { id: 'round-trip', question: '', tookMs: 1, figures: [], error: 'failed: no agent' },
    ]);
    expect(`\n${text}\n`).toMatchInlineSnapshot(`
      "
      figure     value  95 % interval   n      bound  met
      ratio *    1.010  0.980 – 1.040  30    ≤ 1.020  yes ?
      share     6.12 %                  8   ≤ 5.00 %  NO
      part      1.23 s                  8
      peak     150 MiB                  1  ≤ 191 MiB  yes
      live         985                  1     ≥ 1000  NO

      * emulated (TCG): not a KVM figure
      ? the 95 % interval reaches past the bound: more rounds would tell
      ratio: few rounds
      ! round-trip: failed: no agent
      "
    `);
  });
});
