import { describe, expect, it } from 'vitest';
import {
  formatCounts,
  formatInterval,
  formatRatio,
  withDirection,
} from '../../../../results/tables/format.ts';

describe('formatRatio', () => {
  it('never gives a factor without its interval', () => {
    expect(formatRatio({ ratio: 31.42, interval: { low: 29.8, high: 33.04 } })).toBe(
      '31.4 times [29.8, 33.0]',
    );
  });

  it('says so where n is too small for one', () => {
    expect(formatRatio({ ratio: 0.8123 })).toBe('0.812 times (n too small for an interval)');
  });
});

describe('formatInterval', () => {
  it('gives both ends the unit and the decimals of their estimate', () => {
    expect(formatInterval({ low: 950, high: 1050 }, 'ms', 1010)).toBe('[0.95 s, 1.05 s]');
    expect(formatInterval({ low: 35, high: 42.4 }, 'count', 39.7)).toBe('[35.0, 42.4]');
  });

  it('says so where there is none', () => {
    expect(formatInterval(undefined, 'ms', 1)).toBe('(n too small for an interval)');
  });
});

describe('withDirection', () => {
  it('says which way values go that an interval is of', () => {
    expect(withDirection('[1 ms, 2 ms]', 'falls')).toBe('[1 ms, 2 ms], falls');
    expect(withDirection('[1 ms, 2 ms]', undefined)).toBe('[1 ms, 2 ms]');
  });
});

describe('formatCounts', () => {
  it('names both sides only where they differ', () => {
    expect([formatCounts([5, 5]), formatCounts([4, 5])]).toEqual(['n = 5', 'n = 4 and 5']);
  });
});
