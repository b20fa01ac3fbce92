import { describe, expect, it } from 'vitest';
import { createRandom, type Random } from '../../../../core/random.ts';
import { directionOf, DRIFT_ALPHA, findDrifts } from '../../../../results/statistics/drifts.ts';
import { normalValues } from './draws.ts';

const FIGURES = 10;

/** Figures that share half of their noise, as those of one boot do; of about 200, each falls by `fall` in all. */
function group(rounds: number, random: Random, fall = 0): number[][] {
  const common = normalValues(rounds, 0.05, random);
  return Array.from({ length: FIGURES }, () =>
    normalValues(rounds, 0.05, random).map(
      (value, round) => value + (common[round] ?? 0) - (fall * round) / (rounds - 1),
    ),
  );
}

function share(trials: number, holds: () => boolean): number {
  return Array.from({ length: trials }, holds).filter(Boolean).length / trials;
}

describe('groups that drift', () => {
  it.each([5, 6, 10])('are found by chance alone in 5 %% of runs of %d rounds at most', (rounds) => {
    const random = createRandom(3);
    const found = share(200, () =>
      findDrifts([group(rounds, random), group(rounds, random)], random).includes(true),
    );
    // Of 200 runs, up to 17 would still be 5 % beyond reasonable doubt.
    expect(found).toBeLessThan(DRIFT_ALPHA + 0.035);
  });

  it('are found in six rounds of which each is quicker than the one before', () => {
    const random = createRandom(5);
    const [steady, falling] = [group(6, random), group(6, random, 60)];
    expect(findDrifts([steady, falling], random)).toEqual([false, true]);
  });

  it('may hold gaps, many rounds, or nothing that varies', () => {
    const random = createRandom(6);
    const long = group(200, random, 20);
    const gaps = group(8, random, 80).map((values) =>
      values.map((value, round) => (round === 3 ? NaN : value)),
    );
    expect(findDrifts([long, gaps, [[4, 4, 4, 4, 4, 4]], []], random)).toEqual([true, true, false, false]);
  });

  it('are never found in four rounds', () => {
    const random = createRandom(7);
    expect(findDrifts([group(4, random, 500)], random)).toEqual([false]);
  });
});

describe('the direction of a figure', () => {
  it('is told beyond chance alone', () => {
    expect(directionOf([20.1, 18.9, 17.7, 16.8, 15.9, 15.2])).toBe('falls');
    expect(directionOf([1, 2, 3, 4, NaN, 5])).toBe('rises');
    expect(directionOf([20, 18, 19, 16, 17, 18])).toBeUndefined();
    expect(directionOf([])).toBeUndefined();
  });
});
