import { describe, expect, it } from 'vitest';
import { compare } from '../../../../results/compare/compare.ts';
import { judge } from '../../../../results/compare/judge.ts';
import { reachOfLooks, reachText } from '../../../../results/compare/reach.ts';
import { decide } from '../../../../results/compare/sequential.ts';
import { buildSide, cut, scale } from '../../../fixtures/records/sides.ts';

const rows = (count: number, base: number, next: number) =>
  Array.from({ length: count }, () => ({ base, next }));

/** Sides as far apart as can be. */
const apart = (base: number, next: number) => ({
  base: Array.from({ length: base }, (_, index) => 100 + index),
  next: Array.from({ length: next }, (_, index) => 1000 + index),
  better: 'lower' as const,
});
const equal = { base: [1, 2, 3, 4, 5, 6], next: [1, 2, 3, 4, 5, 6], better: 'lower' as const };
const options = { alpha: 0.05, minEffect: 0.05, seed: 1 };

describe('what two records can show', () => {
  it('is said with the least p, what it is corrected, and the rounds that do', () => {
    expect(reachText(rows(18, 5, 5), 0.05)).toBe(
      '5 rounds a side cannot show a change of any size: p is 0.0079 at least, 0.14 corrected over 18 rows, ' +
        'where alpha is 0.05; 6 rounds a side can, or 7 beside BASE as it is',
    );
    expect(reachText(rows(18, 2, 5), 0.05)).toMatch(/^5 rounds beside 2 of BASE .*; 6 .*, or 37 beside BASE/);
    expect(reachText([...rows(18, 6, 6), ...rows(2, 4, 4)], 0.05)).toMatch(
      /of any size in 2 rows: p is 0\.029/,
    );
    expect(reachText(rows(18, 6, 6), 0.05)).toBeUndefined();
    expect(reachText([], 0.05)).toBeUndefined();
  });

  it.each([
    [5, 5, 18],
    [6, 6, 18],
    [5, 7, 18],
    [2, 37, 18],
    [2, 36, 18],
    [4, 4, 1],
    [3, 3, 1],
    [40, 40, 300],
  ])(
    'of %i and %i values in %i rows is what the test itself finds of sides that are far apart',
    (n, m, count) => {
      const family = [apart(n, m), ...Array.from({ length: count - 1 }, () => equal)];
      const found = judge(family, options)[0]?.verdict === 'regression';
      expect(reachText(rows(count, n, m), 0.05) === undefined).toBe(found);
    },
  );

  it('stands in a comparison of records with too few rounds, and in none with enough', () => {
    const cutTo = (rounds: number) =>
      compare(
        buildSide('base', { seed: 1 }, (record) => cut(record, rounds)),
        buildSide('new', { seed: 2 }, (record) => {
          cut(record, rounds);
          scale(record, 'nspawn', 'startup.ready', 1.5);
        }),
      );
    const few = cutTo(5);
    expect(few.caveat).toMatch(/^5 rounds a side cannot show a change of any size: .* over 18 rows/);
    expect(few.rows.some(({ verdict }) => verdict === 'regression')).toBe(false);
    const enough = cutTo(6);
    expect(enough.caveat).toBeUndefined();
    expect(enough.rows.find(({ verdict }) => verdict === 'regression')?.metric).toBe('startup.ready');
  });
});

describe('what the looks of an A/B run can show', () => {
  it('is said with the rounds that do', () => {
    expect(reachOfLooks(5, 8, 0.05)).toBe(
      '5 rounds at most cannot show a change of any size: no look can reach the level that 8 rows share, ' +
        'where alpha is 0.05; 6 rounds a side can',
    );
    expect(reachOfLooks(40, 8, 0.05)).toBeUndefined();
    expect(reachOfLooks(2, 0, 0.05)).toBeUndefined();
  });

  it.each([
    [3, 4],
    [4, 4],
    [5, 4],
    [5, 8],
    [6, 8],
    [6, 40],
    [8, 300],
  ])('in %i rounds of %i rows is what they find of sides that are far apart', (rounds, count) => {
    const noise = {
      base: Array.from({ length: rounds }, (_, index) => 1 + (index % 2)),
      next: Array.from({ length: rounds }, (_, index) => 2 - (index % 2)),
      better: 'lower' as const,
    };
    const family = [apart(rounds, rounds), ...Array.from({ length: count - 1 }, () => noise)];
    const { judgements } = decide(family, { ...options, round: rounds, maxRounds: rounds });
    expect(reachOfLooks(rounds, count, 0.05) === undefined).toBe(judgements[0]?.verdict === 'regression');
  });
});
