import { describe, expect, it } from 'vitest';
import { spreadOf } from '../../../../results/statistics/spread.ts';
import { normalValues } from './draws.ts';

describe('the spread of values', () => {
  it('is their standard deviation over their mean, by both ways where they are normal', () => {
    const spread = spreadOf(normalValues(20_000, 0.05));
    expect(spread?.cv).toBeCloseTo(0.05, 3);
    expect(spread?.robustCv).toBeCloseTo(0.05, 3);
  });

  it('is hardly moved by one boot far out in the robust figure', () => {
    const values = [98, 99, 99, 100, 100, 100, 101, 101, 102];
    const [before, after] = [spreadOf(values), spreadOf([...values, 300])];
    expect(after?.robustCv).toBeCloseTo(before?.robustCv ?? NaN, 5);
    expect(after?.cv).toBeGreaterThan(40 * (before?.cv ?? NaN));
  });

  it('is 0 where nothing varies', () => {
    expect(spreadOf([7, 7, 7])).toEqual({ cv: 0, robustCv: 0 });
  });

  it.each([
    ['one value', [5]],
    ['a value of 0', [0, 5, 6]],
    ['a negative value', [-1, 5, 6]],
  ])('cannot be told of %s', (_, values) => {
    expect(spreadOf(values)).toBeUndefined();
  });
});
