import { describe, expect, it } from 'vitest';
import { findById } from '../../../../core/suggest.ts';
import { studies } from '../../../../bench/statistics/registry.ts';
import { isKept, rateTable } from '../../../../bench/statistics/table.ts';

describe('the studies', () => {
  it('have ids of their own', () => {
    expect(new Set(studies.map(({ id }) => id)).size).toBe(studies.length);
  });

  const simulations = studies.filter(({ onlyWhenNamed }) => onlyWhenNamed !== true);

  it.each(simulations.map((study) => [study.id, study] as const))(
    '%s gives the same rates for the same seed',
    async (_, study) => {
      const boots = { runs: 0, image: 'none', runtime: 'none', note: () => undefined };
      const options = { trials: 2, coverageTrials: 2, seed: 7, ...boots };
      const rates = await study.run(options);
      expect(await study.run(options)).toEqual(rates);
      for (const { happened, trials } of rates) {
        expect(trials).toBe(2);
        expect(happened).toBeLessThanOrEqual(2);
      }
    },
  );

  it('are found by their id, or the nearest is named', () => {
    expect(findById('study', 'power', studies).id).toBe('power');
    expect(() => findById('study', 'powers', studies)).toThrow(
      expect.objectContaining({ message: 'unknown study "powers"' }) as Error,
    );
  });
});

describe('the table', () => {
  const rates = [
    { title: 'alarms', happened: 100, trials: 2000, atMost: 0.05 },
    { title: 'found', happened: 89, trials: 100, atLeast: 0.9, remark: 'half of all by round 8' },
    { title: 'covered', happened: 950, trials: 1000, atLeast: 0.935, atMost: 0.965 },
    { title: 'for information', happened: 1, trials: 3 },
  ];

  it('shows each share with its promise', () => {
    expect(`\n${rateTable(rates)}`).toMatchInlineSnapshot(`
      "
      simulation                       share  trials          promised  kept
      alarms                           5.0 %    2000           ≤ 5.0 %  yes
      found (half of all by round 8)  89.0 %     100          ≥ 90.0 %  NO
      covered                         95.0 %    1000  93.5 % to 96.5 %  yes
      for information                 33.3 %       3"
    `);
  });

  it('knows a broken promise', () => {
    expect(rates.map(isKept)).toEqual([true, false, true, true]);
  });
});
