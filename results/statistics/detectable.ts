import { createRandom, type Random } from '../../core/random.ts';
import { leastP } from './permutation.ts';
import { countSums } from './ranks.ts';
import { median, quantile, sortedCopy } from './quantile.ts';

/** The share of comparisons that have to find an effect. */
export const POWER = 0.9;

/** Simulated comparisons for each number of values: the effect is then known to within some 3 % of itself. */
const TRIALS = 1000;

/** What a comparison of two sides of `rounds` values each can find. */
export interface Detectable {
  rounds: number;
  /** The least increase, as a share (0.05 is 5 %), found with `POWER`; absent where so few values can find none. */
  effect?: number;
}

export interface DetectorOptions {
  /** Values a side, each to be answered. */
  sizes: readonly number[];
  /** What an uncorrected p has to reach. */
  alpha: number;
  seed: number;
}

/** `values`: of one process that does not change; above 0, two at least. */
export type Detector = (values: readonly number[]) => Detectable[];

/**
 * Estimates the least increase that a comparison finds, from values that show the noise. Both sides are drawn from the
 * values with replacement (the bootstrap of B. Efron and R. J. Tibshirani, An Introduction to the Bootstrap, 1993,
 * chapter 25), one is increased, and the permutation test of rank sums (`permutationTests`) decides.
 *
 * No increase is tried out. A side that is `f` times as large is above the other in as many pairs of values as have a
 * ratio below `f`, so each trial has one factor from which on the test sees it: the ratio at the critical rank. The
 * result is the 90 % quantile of that factor over the trials. Values count as independent: where they are not, a
 * comparison finds less.
 */
export function createDetector({ sizes, alpha, seed }: DetectorOptions): Detector {
  const asked = sizes.map((rounds) => ({ rounds, critical: criticalPairs(rounds, alpha) }));
  const known = new Map<string, Trial[]>();
  /** Drawn once for each number of values and of rounds. */
  const trialsOf = (values: number, rounds: number): Trial[] => {
    const key = `${rounds} of ${values}`;
    const trials = known.get(key) ?? drawTrials(values, rounds, createRandom(seed));
    known.set(key, trials);
    return trials;
  };
  return (values) => {
    const noise = thin(widen(values));
    const ratios = sortedRatios(noise);
    return asked.map(({ rounds, critical }) => {
      if (critical === undefined) return { rounds };
      const factors = trialsOf(noise.length, rounds).map((trial) => factorFound(ratios, trial, critical));
      return { rounds, effect: Math.max(0, (quantile(factors, POWER) ?? NaN) - 1) };
    });
  };
}

/** Values drawn with replacement are closer together than those to come, by √((n-1)/n). On a scale of factors. */
function widen(values: readonly number[]): number[] {
  const middle = median(values) ?? NaN;
  const reach = Math.sqrt(values.length / (values.length - 1));
  return values.map((value) => middle * (value / middle) ** reach);
}

/** More values are thinned to as many quantiles. */
const MOST_VALUES = 100;

function thin(values: readonly number[]): number[] {
  if (values.length <= MOST_VALUES) return [...values];
  const sorted = sortedCopy(values);
  return Array.from({ length: MOST_VALUES }, (_, index) => {
    return sorted[Math.floor(((index + 0.5) / MOST_VALUES) * sorted.length)] ?? NaN;
  });
}

/** The ratio of each value to each, ascending, with the places of both among the values. */
interface Ratio {
  ratio: number;
  above: number;
  below: number;
}

function sortedRatios(values: readonly number[]): Ratio[] {
  return values
    .flatMap((top, above) => values.map((bottom, below) => ({ ratio: top / bottom, above, below })))
    .sort((a, b) => a.ratio - b.ratio);
}

/**
 * In how many of the `rounds²` pairs one side has to be the greater one, so that the test's two-sided p is `alpha` at
 * most; `undefined` where not even all of them would do.
 */
function criticalPairs(rounds: number, alpha: number): number | undefined {
  if (leastP(rounds) > alpha) return undefined;
  const ranks = Uint32Array.from({ length: 2 * rounds }, (_, index) => 2 * (index + 1));
  const counts = countSums(ranks, rounds);
  const all = counts.reduce((sum, count) => sum + count, 0);
  let beyond = 0;
  let sum = counts.length;
  while (sum > 0 && (2 * (beyond + (counts[sum - 1] ?? 0))) / all <= alpha) {
    sum -= 1;
    beyond += counts[sum] ?? 0;
  }
  // A side whose values are all the least has the doubled ranks 2, 4, … and is above in no pair.
  return Math.ceil(sum / 2) - (rounds * (rounds + 1)) / 2;
}

/** One simulated comparison: how often each value was drawn for either side. */
interface Trial {
  base: Uint16Array;
  next: Uint16Array;
}

function drawTrials(values: number, rounds: number, random: Random): Trial[] {
  const draw = (): Uint16Array => {
    const times = new Uint16Array(values);
    for (let round = 0; round < rounds; round += 1) {
      const pick = random.below(values);
      times[pick] = (times[pick] ?? 0) + 1;
    }
    return times;
  };
  return Array.from({ length: TRIALS }, () => ({ base: draw(), next: draw() }));
}

/** The factor from which on `next`, slowed down by it, is above `base` in `critical` pairs. */
function factorFound(ratios: readonly Ratio[], { base, next }: Trial, critical: number): number {
  let pairs = 0;
  for (const { ratio, above, below } of ratios) {
    pairs += (base[above] ?? 0) * (next[below] ?? 0);
    if (pairs >= critical) return ratio;
  }
  return NaN;
}
