import { describe, expect, it } from 'vitest';
import {
  blocksOf,
  createBlockedTest,
  type Rounds,
} from '../../../../results/statistics/blocked-permutation.ts';

const test = createBlockedTest();

function rounds(base: number[], next: number[]): Rounds {
  return base.map((value, index) => ({ base: value, next: next[index] ?? NaN }));
}

describe('the test within blocks of rounds', () => {
  it('is the rank sum test up to six rounds', () => {
    const { twoSided, low, high } = test(rounds([1, 2, 3], [4, 5, 6]));
    expect(twoSided).toBeCloseTo(2 / 20, 12);
    expect(high).toBeCloseTo(1 / 20, 12);
    expect(low).toBe(1);
  });

  it('multiplies what the blocks can show', () => {
    // Six rounds and two: 924 and 6 ways to exchange values.
    const slower = rounds([1, 2, 3, 4, 5, 6, 101, 102], [11, 12, 13, 14, 15, 16, 111, 112]);
    expect(test(slower).twoSided).toBeCloseTo(2 / (924 * 6), 12);
    // One more round: of 924 · 20 ways only the two most extreme.
    expect(test([...slower, { base: 103, next: 113 }]).twoSided).toBeCloseTo(2 / (924 * 20), 12);
  });

  it('adds up what blocks say, by hand', () => {
    // First six rounds: no difference possible. Then ranks 1 2 | 3 4: the sum of NEW is 7 in one of six splits.
    const same = Array.from({ length: 6 }, () => ({ base: 5, next: 5 }));
    const { twoSided, high } = test([...same, { base: 1, next: 3 }, { base: 2, next: 4 }]);
    expect(high).toBeCloseTo(1 / 6, 12);
    expect(twoSided).toBeCloseTo(2 / 6, 12);
  });

  it('is not disturbed by what changes from block to block', () => {
    const base = [1, 2, 3, 4, 5, 6];
    const next = base.map((value) => value + 10);
    const later = (values: number[]): number[] => [...values, ...values.map((value) => value + 1000)];
    expect(test(rounds(later(base), later(next))).twoSided).toBeCloseTo(2 / 924 ** 2, 15);
  });

  it('leaves out rounds that did not give both sides, and keeps the blocks', () => {
    const broken = [undefined, ...rounds([1, 2, 3, 4, 5], [11, 12, 13, 14, 15]), { base: 0, next: 7 }];
    expect(test(broken).twoSided).toBeCloseTo(2 / (252 * 2), 12);
    expect(test([undefined, undefined]).twoSided).toBe(1);
  });

  it('takes ties, and does not take one pattern of ties for another', () => {
    expect(test(rounds([1, 1, 2], [2, 3, 3])).twoSided).toBeCloseTo(4 / 20, 12);
    expect(test(rounds([1, 2, 3], [4, 5, 6])).twoSided).toBeCloseTo(2 / 20, 12);
    expect(test(rounds([4, 4], [4, 4])).twoSided).toBe(1);
  });
});

it('blocks are of six rounds, and the last of what remains', () => {
  expect(blocksOf(15)).toEqual([6, 6, 3]);
  expect(blocksOf(12)).toEqual([6, 6]);
  expect(blocksOf(2)).toEqual([2]);
});
