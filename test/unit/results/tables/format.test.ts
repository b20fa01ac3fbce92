import { describe, expect, it } from 'vitest';
import { formatCounts, formatInterval, formatRatio } from '../../../../results/tables/format.ts';

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
  it('gives both ends their unit', () => {
    expect(formatInterval({ low: 950, high: 1050 }, 'ms')).toBe('[950 ms, 1.05 s]');
  });
});

describe('formatCounts', () => {
  it('names both sides only where they differ', () => {
    expect([formatCounts([5, 5]), formatCounts([4, 5])]).toEqual(['n = 5', 'n = 4 and 5']);
  });
});
