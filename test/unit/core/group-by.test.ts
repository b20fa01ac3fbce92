import { describe, expect, it } from 'vitest';
import { groupBy, mostFrequent } from '../../../core/group-by.ts';

const firstLetter = (word: string): string => word.slice(0, 1);

describe('groupBy', () => {
  it('keeps the order of groups and items', () => {
    expect(groupBy(['pear', 'fig', 'plum', 'fennel', 'apple'], firstLetter)).toEqual([
      ['pear', 'plum'],
      ['fig', 'fennel'],
      ['apple'],
    ]);
  });
});

describe('mostFrequent', () => {
  it('is the first of those that are there most often', () => {
    expect(mostFrequent(['fig', 'pear', 'plum'], firstLetter)).toEqual({ value: 'pear', count: 2 });
  });

  it('is of equals the one that comes first', () => {
    expect(mostFrequent(['pear', 'fig'], firstLetter)).toEqual({ value: 'pear', count: 1 });
  });

  it('is absent for no items', () => {
    expect(mostFrequent([], firstLetter)).toBeUndefined();
  });
});
