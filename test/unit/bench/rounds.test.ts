import { describe, expect, it } from 'vitest';
import { planRounds } from '../../../bench/rounds.ts';
import { createRandom } from '../../../core/random.ts';

const containers = { items: ['c+', 'c-'], rounds: 30 };
const vms = { items: ['v+', 'v-'], rounds: 6 };

function plan(seed = 1): ReturnType<typeof planRounds<string>> {
  return planRounds(containers, vms, createRandom(seed));
}

function roundsOf(item: string): number[] {
  return plan()
    .filter((planned) => planned.item === item)
    .map(({ round }) => round);
}

describe('planRounds', () => {
  it('begins with a round of everything that does not count', () => {
    const warmUp = plan().filter(({ round }) => round === 0);
    expect(warmUp.map(({ item }) => item).sort()).toEqual(['c+', 'c-', 'v+', 'v-']);
    expect(warmUp.map(({ order }) => order)).toEqual([1, 2, 3, 4]);
  });

  it('gives each group its own number of rounds', () => {
    for (const item of containers.items) expect(roundsOf(item)).toHaveLength(1 + 30);
    for (const item of vms.items) expect(roundsOf(item)).toHaveLength(1 + 6);
  });

  it('spreads the fewer rounds over the whole run, both sides of a comparison always in the same round', () => {
    expect(roundsOf('v+')).toEqual([0, 3, 8, 13, 18, 23, 28]);
    expect(roundsOf('v-')).toEqual(roundsOf('v+'));
  });

  it('shuffles each round anew, the same way for the same seed', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
    const firsts = plan().filter(({ round, order }) => round > 0 && order === 1);
    expect(new Set(firsts.map(({ item }) => item)).size).toBeGreaterThan(1);
  });

  it('leaves a group of no rounds out altogether', () => {
    const items = planRounds(containers, { ...vms, rounds: 0 }, createRandom(1)).map(({ item }) => item);
    expect(new Set(items)).toEqual(new Set(['c+', 'c-']));
  });
});
