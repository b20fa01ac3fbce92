import { describe, expect, it } from 'vitest';
import { formatCount, formatFactor, formatFactorRange, formatList, formatSome } from '../../../core/words.ts';

describe('formatFactor', () => {
  it.each([
    [1234.5, '1235'],
    [99.96, '100'],
    [3, '3.00'],
    [0.01234, '0.0123'],
  ])('%d is %s', (factor, text) => expect(formatFactor(factor)).toBe(text));
});

describe('formatFactorRange', () => {
  it('has the decimals of the factor', () => {
    expect(formatFactorRange({ low: 9.951, high: 104.4 }, 31.42)).toBe('[10.0, 104.4]');
    expect(formatFactorRange({ low: 0.5, high: 1.404 }, 1.4)).toBe('[0.50, 1.40]');
  });
});

describe('formatList', () => {
  it('reads as a sentence', () => {
    expect([[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map(formatList)).toEqual([
      '',
      'a',
      'a and b',
      'a, b and c',
    ]);
  });
});

describe('formatCount', () => {
  it('has a plural', () => {
    expect([formatCount(1, 'boot'), formatCount(2, 'boot')]).toEqual(['1 boot', '2 boots']);
  });
});

it('names some of many', () => {
  const names = ['a', 'b', 'c', 'd', 'e', 'f'];
  expect(formatSome(names)).toBe('a, b, c, d, e and f');
  expect(formatSome([...names, 'g'])).toBe('a, b, c, d, e and 2 more');
});
