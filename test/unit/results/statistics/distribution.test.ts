import { describe, expect, it } from 'vitest';
import { describe as figuresOf, spreadOf } from '../../../../results/statistics/distribution.ts';
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

describe('the figures of values', () => {
  it('gives all figures of several values and leaves them in their order', () => {
    const values = Object.freeze([4, 2, 8, 6]);
    expect(figuresOf(values)).toEqual({
      median: 5,
      mean: 5,
      min: 2,
      max: 8,
      p25: 3.5,
      p75: 6.5,
      sd: Math.sqrt(20 / 3),
    });
  });

  it('has no spread for a single value', () => {
    expect(figuresOf([7])).toEqual({ median: 7, mean: 7, min: 7, max: 7, p25: 7, p75: 7 });
  });

  it('says nothing about no values', () => {
    expect(figuresOf([])).toEqual({});
  });

  it('takes negative values, as memory deltas are', () => {
    expect(figuresOf([-3, -1, 1])).toMatchObject({ median: -1, mean: -1, min: -3, max: 1, sd: 2 });
  });

  it('leaves out what overflows', () => {
    const figures = figuresOf([1e308, 1e308, -1e308, 1e308]);
    for (const figure of Object.values(figures)) expect(figure).toSatisfy(Number.isFinite);
    expect(figures.max).toBe(1e308);
    expect(figures.sd).toBeUndefined();
  });
});
