import { countSums, rankSum } from './ranks.ts';

/** Two sides that were measured in rounds; `undefined` where a round did not give both. */
export type Rounds = readonly ({ base: number; next: number } | undefined)[];

/** p values: probabilities if the same process made both sides. */
export interface BlockedP {
  /** That the sides differ so much, either way. */
  twoSided: number;
  /** That `next` is so low, and that it is so high. */
  low: number;
  high: number;
}

/** Rounds in a block: so few that conditions hardly change, so many that a few rounds can decide. */
const BLOCK = 6;

/** The sizes of the blocks of `rounds` rounds: 6, 6, …, and what remains. */
export function blocksOf(rounds: number): number[] {
  return Array.from({ length: Math.ceil(rounds / BLOCK) }, (_, block) =>
    Math.min(BLOCK, rounds - block * BLOCK),
  );
}

/**
 * An exact permutation test for values that were measured in rounds. Values are ranked, and exchanged between the
 * sides, only within blocks of six rounds; the rank sums of the blocks are added up (Ph. van Elteren, "On the
 * Combination of Independent Two-Sample Tests of Wilcoxon", 1960; unweighted here). A slow change of conditions hits
 * both sides of a block alike and cancels out. It cancels out of differences within rounds as well, but after n rounds
 * those reach no p below 2^(1-n); blocks of six reach 2/924 after six rounds and 2/5544 after eight.
 *
 * All exchanges are counted. The test keeps the counts of blocks that it has seen.
 */
export function createBlockedTest(): (rounds: Rounds) => BlockedP {
  const counted = new Map<string, SumDistribution>();
  return (rounds) => {
    let key = '';
    let observed = 0;
    let mean = 0;
    let distribution = CERTAIN;
    for (const block of blocksWithValues(rounds)) {
      const { ranks, size, sum } = rankSum(
        block.map(({ next }) => next),
        block.map(({ base }) => base),
      );
      observed += sum;
      mean += size * (ranks.length + 1);
      key += `${ranks.join()};`;
      const known = counted.get(key) ?? withTails(convolve(distribution.shares, countSums(ranks, size)));
      counted.set(key, known);
      distribution = known;
    }
    const distance = Math.abs(observed - mean);
    const low = (sum: number): number => distribution.upTo[sum] ?? 1;
    const high = (sum: number): number => distribution.from[sum] ?? 0;
    return {
      twoSided: distance === 0 ? 1 : low(mean - distance) + high(mean + distance),
      low: low(observed),
      high: high(observed),
    };
  };
}

/** How likely each sum is, and how likely one up to it and from it on. */
interface SumDistribution {
  shares: Float64Array;
  upTo: Float64Array;
  from: Float64Array;
}

/** Of no values: their sum is 0. */
const CERTAIN: SumDistribution = {
  shares: Float64Array.of(1),
  upTo: Float64Array.of(1),
  from: Float64Array.of(1),
};

function blocksWithValues(rounds: Rounds): { base: number; next: number }[][] {
  return blocksOf(rounds.length)
    .map((size, block) => rounds.slice(block * BLOCK, block * BLOCK + size))
    .map((block) => block.filter((round) => round !== undefined))
    .filter((block) => block.length > 0);
}

/** Of two independent sums: one by shares, one by counts. */
function convolve(shares: Float64Array, counts: Float64Array): Float64Array {
  const both = new Float64Array(shares.length + counts.length - 1);
  counts.forEach((count, sum) => {
    if (count === 0) return;
    for (let other = 0; other < shares.length; other += 1) {
      both[sum + other] = (both[sum + other] ?? 0) + count * (shares[other] ?? 0);
    }
  });
  const all = both.reduce((sum, weight) => sum + weight, 0);
  return both.map((weight) => weight / all);
}

/** Both tails are added up from their own end: small probabilities stay exact. */
function withTails(shares: Float64Array): SumDistribution {
  return { shares, upTo: runningSums(shares), from: runningSums(shares.toReversed()).reverse() };
}

function runningSums(shares: Float64Array): Float64Array {
  let total = 0;
  return shares.map((share) => (total += share));
}
