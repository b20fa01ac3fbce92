import { describe, expect, it } from 'vitest';
import { costLines, instancesWithin, type CostLines } from '../../../../results/capacity/cost-lines.ts';

/** 30 once and 20 for each. */
const straight: CostLines = { middle: { fixed: 30, each: 20 } };

const withEnds: CostLines = {
  middle: { fixed: 30, each: 20 },
  ends: { cheap: { fixed: 35, each: 16 }, dear: { fixed: 20, each: 25 } },
};

describe('instancesWithin', () => {
  it('is the most that the budget pays for, and not one more', () => {
    expect(instancesWithin(straight, 30 + 7 * 20, 0)).toEqual({ value: 7 });
    expect(instancesWithin(straight, 30 + 7 * 20 - 1, 0)).toEqual({ value: 6 });
  });

  it('pays the workload of every instance as well', () => {
    expect(instancesWithin(straight, 30 + 7 * 25, 5)).toEqual({ value: 7 });
  });

  it('is 0 where the first does not fit', () => {
    expect(instancesWithin(straight, 49, 0)).toEqual({ value: 0 });
    expect(instancesWithin(straight, 10, 0)).toEqual({ value: 0 });
  });

  it('ranges from the dear line to the cheap one', () => {
    // (1030 - 20) / 25 = 40.4; (1030 - 30) / 20 = 50; (1030 - 35) / 16 = 62.2.
    expect(instancesWithin(withEnds, 1030, 0)).toEqual({ value: 50, interval: { low: 40, high: 62 } });
  });

  it('ranges over all three where they cross, among the instances that were measured', () => {
    // With so little the fixed costs decide: the cheap line holds 1, the dear one 1, the middle one 1.
    const { value, interval } = instancesWithin(withEnds, 55, 0);
    expect(interval?.low).toBeLessThanOrEqual(value);
    expect(interval?.high).toBeGreaterThanOrEqual(value);
    // (36 - 35) / 16 = 0.06; (36 - 20) / 25 = 0.6.
    expect(instancesWithin({ ...withEnds, middle: { fixed: 10, each: 20 } }, 55, 0)).toEqual({
      value: 2,
      interval: { low: 1, high: 2 },
    });
  });

  it('has no upper end where one more may cost nothing, unless its workload costs something', () => {
    const flat: CostLines = {
      ...straight,
      ends: { cheap: { fixed: 90, each: -1 }, dear: { fixed: 20, each: 25 } },
    };
    expect(instancesWithin(flat, 1030, 0)).toEqual({ value: 50, interval: { low: 40 } });
    expect(instancesWithin(flat, 1030, 10)).toEqual({ value: 33, interval: { low: 28, high: 104 } });
  });
});

describe('costLines', () => {
  const points = [1, 2, 3, 4, 6, 8].map((x) => ({ x, y: 30 + 20 * x + (x % 2 === 0 ? 1 : -1) }));

  it('lays lines of all slopes through the middle of the same points', () => {
    const lines = costLines(points);
    const at = (x: number): number[] =>
      [lines?.middle, lines?.ends?.cheap, lines?.ends?.dear].map((line) =>
        line === undefined ? NaN : line.fixed + line.each * x,
      );
    // What differs is less than the noise in the middle of the steps, and grows with every instance beyond.
    const spread = (x: number): number => Math.max(...at(x)) - Math.min(...at(x));
    expect(spread(4)).toBeLessThan(3);
    expect(spread(1000)).toBeGreaterThan(100);
  });

  it('has wider ends where more confidence is asked for', () => {
    // Ten steps: of six, 95 % and 97.5 % cut off the same.
    const more = Array.from({ length: 10 }, (_, x) => ({ x, y: 20 * x + Math.sin(x * 7) * 3 }));
    const width = (confidence: number): number => {
      const { ends } = costLines(more, confidence) ?? {};
      return ends === undefined ? NaN : ends.dear.each - ends.cheap.each;
    };
    expect(width(0.99)).toBeGreaterThan(width(0.9));
  });

  it('is absent for a single step', () => {
    expect(costLines(points.slice(0, 1))).toBeUndefined();
  });
});
