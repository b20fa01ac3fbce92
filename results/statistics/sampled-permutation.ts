import { createRandom, type Random } from '../../core/random.ts';
import { distanceOf, type RankSum } from './ranks.ts';

/** Permutations as extreme as the observed one that settle p to within 7 % of itself. */
const ENOUGH = 200;

/** Draws that are made before they are used, so that each pair's table of sums stays in the processor's cache. */
const BATCH = 500;

/**
 * p of each pair from `resamples` random permutations: (1 + b) / (1 + B), where b of B are as extreme as the observed
 * one. It is never 0 (B. Phipson and G. K. Smyth, "Permutation P-values Should Never Be Zero", 2010). Where p is soon
 * known to be large, drawing ends early with p = b / B (J. Besag and P. Clifford, "Sequential Monte Carlo p-values",
 * Biometrika 78, 1991).
 *
 * `alike`: pairs of the same sizes. The same draws serve all of them: each p holds for itself, and Holm's rule allows
 * them to depend on each other.
 */
export function sampledPs(alike: readonly RankSum[], resamples: number, seed: number): number[] {
  const [first] = alike;
  if (first === undefined) return [];
  const drawBatch = drawSets(first, createRandom(seed));
  const tests = alike.map((pair) => ({
    pair,
    distance: distanceOf(pair.sum, pair),
    sums: sumsByFour(pair.ranks),
    asExtreme: 0,
    draws: 0,
  }));
  let open = tests;
  for (let drawn = 0; drawn < resamples && open.length > 0; drawn += BATCH) {
    const sets = drawBatch(Math.min(BATCH, resamples - drawn));
    for (const test of open) {
      for (const set of sets) {
        test.draws += 1;
        if (distanceOf(sumOf(set, test.sums), test.pair) >= test.distance) test.asExtreme += 1;
        if (test.asExtreme === ENOUGH) break;
      }
    }
    open = open.filter(({ asExtreme }) => asExtreme < ENOUGH);
  }
  return tests.map(({ asExtreme, draws }) =>
    asExtreme === ENOUGH ? asExtreme / draws : (1 + asExtreme) / (1 + draws),
  );
}

/** Draws sets of as many positions as the smaller side has values: bit i of entry k is position 4 k + i. */
function drawSets({ ranks, size }: RankSum, random: Random): (count: number) => Uint8Array[] {
  const positions = Uint32Array.from(ranks, (_, position) => position);
  return (count) =>
    Array.from({ length: count }, () => {
      choose(positions, size, random);
      const set = new Uint8Array(Math.ceil(ranks.length / 4));
      for (const position of positions.subarray(0, size)) {
        set[position >> 2] = (set[position >> 2] ?? 0) | (1 << (position & 3));
      }
      return set;
    });
}

/** Moves `size` positions, chosen at random, to the front. */
function choose(positions: Uint32Array, size: number, random: Random): void {
  for (let place = 0; place < size; place += 1) {
    const pick = place + Math.floor(random.unit() * (positions.length - place));
    const chosen = positions[pick] ?? 0;
    positions[pick] = positions[place] ?? 0;
    positions[place] = chosen;
  }
}

/** For each four ranks in turn the sums of their 16 subsets: a chosen set is then added up four ranks at a time. */
function sumsByFour(ranks: Uint32Array): Int32Array {
  const sums = new Int32Array(Math.ceil(ranks.length / 4) * 16);
  sums.forEach((_, index) => {
    const subset = index & 15;
    const highest = 31 - Math.clz32(subset);
    const rank = ranks[(index >> 4) * 4 + highest] ?? 0;
    if (subset > 0) sums[index] = (sums[index - (1 << highest)] ?? 0) + rank;
  });
  return sums;
}

function sumOf(set: Uint8Array, sums: Int32Array): number {
  let sum = 0;
  for (let place = 0; place < set.length; place += 1) sum += sums[place * 16 + (set[place] ?? 0)] ?? 0;
  return sum;
}
