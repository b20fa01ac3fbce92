import { describe, expect, it } from 'vitest';
import { isWarm } from '../../../results/warm.ts';

describe('a warm-up', () => {
  it('goes on until each runtime has booted four times', () => {
    expect(isWarm([[5, 4, 5]])).toBe(false);
    expect(isWarm([[5, 4, 5, 4], []])).toBe(false);
  });

  it('goes on while the last four times of any runtime fall, or rise', () => {
    expect(isWarm([[9, 8, 7, 6]])).toBe(false);
    expect(
      isWarm([
        [5, 4, 5, 4],
        [1, 2, 3, 4],
      ]),
    ).toBe(false);
  });

  it('ends where none does any more', () => {
    expect(isWarm([[20, 18, 16, 17, 16]])).toBe(true);
    expect(isWarm([[4, 4, 4, 4]])).toBe(true);
    expect(isWarm([])).toBe(true);
  });
});
