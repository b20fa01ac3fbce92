import { describe, expect, it } from 'vitest';
import { parseStressDone } from '../../../harness/parse/stress.ts';

describe('what a stressor says that it did', () => {
  it('is its rounds, and the workers that ended by themselves', () => {
    expect(parseStressDone(['done 18357 2'])).toEqual({ rounds: 18_357, ended: 2 });
  });

  it.each([
    ['nothing', ''],
    ['a word', 'done much'],
    ['one number', 'done 1'],
    ['below 0', 'done -1 0'],
  ])('%s is no answer', (_, line) => {
    expect(parseStressDone([line])).toBeUndefined();
  });
});
