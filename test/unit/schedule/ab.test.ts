import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../core/random.ts';
import { planAbRounds, type SidedBoot } from '../../../harness/schedule/ab.ts';

const PAIRS = { a: ['nspawn', 'qemu'], b: ['nspawn:userns=on', 'qemu:machine=microvm'] };

function plan(seed: number): SidedBoot[][] {
  return planAbRounds(PAIRS.a, PAIRS.b, { warmup: 1, maxRounds: 12 }, createRandom(seed));
}

describe('the order of an A/B run', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('boots both sides of every pair once a round, one right after the other', () => {
    for (const round of plan(1)) {
      expect(round.map(({ boot }) => boot.order)).toEqual([1, 2, 3, 4]);
      expect(round.map(({ boot }) => boot.runtime).sort()).toEqual([...PAIRS.a, ...PAIRS.b].sort());
      for (const at of [0, 2]) {
        const [first, second] = [round[at], round[at + 1]];
        expect(new Set([first?.side, second?.side])).toEqual(new Set(['a', 'b']));
        expect(placeOf(first)).toBe(placeOf(second));
      }
    }
  });

  it('alternates which side of a pair is first, so that an even number of rounds favours none', () => {
    const firstSides = plan(3)
      .filter((round) => round[0]?.boot.phase === 'measured')
      .map((round) => round.find(({ boot }) => boot.runtime.startsWith('nspawn'))?.side);
    const [one, other] = firstSides;
    expect(new Set([one, other])).toEqual(new Set(['a', 'b']));
    expect(firstSides).toEqual(firstSides.map((_, index) => (index % 2 === 0 ? one : other)));
  });
});

function placeOf(sided: SidedBoot | undefined): number {
  return PAIRS[sided?.side ?? 'a'].indexOf(sided?.boot.runtime ?? '');
}
