import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../core/random.ts';
import { planBoots } from '../../../harness/schedule/order.ts';

const RUNTIMES = ['nspawn', 'qemu', 'qemu:memory=256M'];

function plan(seed: number, warmup = 1, measured = 20): ReturnType<typeof planBoots> {
  return planBoots(RUNTIMES, { warmup, measured }, createRandom(seed));
}

describe('the order of a run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('has every runtime once in each round, at the places 1, 2, 3', () => {
    const boots = plan(1);
    for (let at = 0; at < boots.length; at += RUNTIMES.length) {
      const round = boots.slice(at, at + RUNTIMES.length);
      expect(new Set(round.map(({ phase, round: number }) => `${phase} ${number}`)).size).toBe(1);
      expect(round.map(({ runtime }) => runtime).sort()).toEqual(RUNTIMES);
      expect(round.map(({ order }) => order)).toEqual([1, 2, 3]);
    }
  });

  it('begins with the warm-up, and counts rounds from 1 in each phase', () => {
    const rounds = plan(1, 2, 3)
      .filter(({ order }) => order === 1)
      .map(({ phase, round }) => `${phase} ${round}`);
    expect(rounds).toEqual(['warmup 1', 'warmup 2', 'measured 1', 'measured 2', 'measured 3']);
  });

  it('shuffles each round anew: no runtime keeps its place', () => {
    for (const runtime of RUNTIMES) {
      const places = plan(1)
        .filter((boot) => boot.runtime === runtime)
        .map(({ order }) => order);
      expect(new Set(places)).toEqual(new Set([1, 2, 3]));
    }
  });

  it('is empty without rounds or without runtimes', () => {
    expect(plan(1, 0, 0)).toEqual([]);
    expect(planBoots([], { warmup: 1, measured: 5 }, createRandom(1))).toEqual([]);
  });
});
