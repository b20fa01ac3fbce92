import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../core/random.ts';
import { planBoots, planSeries } from '../../../harness/schedule/order.ts';

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

describe('the order of series', () => {
  const seriesOf = (series: number, seed = 3) =>
    planSeries(RUNTIMES, ['density', 'storm'], series, createRandom(seed));

  it('has the first series of every runtime before the second of any', () => {
    const all = seriesOf(3);
    expect(all).toHaveLength(3 * 2 * RUNTIMES.length);
    expect(all.map(({ planned }) => planned.round)).toEqual(all.map((_, at) => Math.floor(at / 6) + 1));
    for (let at = 0; at < all.length; at += RUNTIMES.length) {
      const turn = all.slice(at, at + RUNTIMES.length);
      expect(new Set(turn.map(({ survey }) => survey)).size).toBe(1);
      expect(turn.map(({ planned }) => planned.runtime).sort()).toEqual(RUNTIMES);
      expect(turn.map(({ planned }) => planned.order)).toEqual([1, 2, 3]);
    }
  });

  it('goes back the other way in each second series, so that none is earlier than another', () => {
    for (const survey of ['density', 'storm']) {
      const places = seriesOf(4)
        .filter((planned) => planned.survey === survey)
        .map(({ planned }) => planned);
      for (const runtime of RUNTIMES) {
        const mine = places.filter((planned) => planned.runtime === runtime).map(({ order }) => order);
        expect(mine.reduce((sum, order) => sum + order, 0)).toBe(8);
      }
    }
  });

  it('is another for another seed', () => {
    const orders = [1, 2, 3, 4, 5].map((seed) =>
      seriesOf(1, seed)
        .map(({ planned }) => planned.runtime)
        .join(),
    );
    expect(new Set(orders).size).toBeGreaterThan(1);
  });
});
