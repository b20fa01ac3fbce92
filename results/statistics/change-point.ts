import { createRandom } from '../../core/random.ts';
import { leastP } from './permutation.ts';

/** The fewest values on either side of a change: one or two odd values are no new level. */
export const SHORTEST = 3;

export interface Split {
  /** Position of the first value of the right side. */
  at: number;
  /** How different the sides are: E-divisive's Q̂, in the unit of the values; 0 where they are alike. */
  divergence: number;
}

/**
 * The place that divides `values` into the two most different samples: the largest scaled energy distance of
 * E-divisive (D. Matteson and N. James, "A Nonparametric Approach for Multiple Change Point Analysis of
 * Multivariate Data", JASA 109, 2014; with exponent 1). As at MongoDB (D. Daly et al., ICPE 2020) the right sample
 * always reaches to the end. `undefined` for fewer than two times `SHORTEST` values.
 */
export function bestSplit(values: Float64Array): Split | undefined {
  return splitGiven(values, distancesToAll(values));
}

/**
 * The probability of a divergence as large as that of `values` if their order meant nothing: a permutation test,
 * seeded, that stops as soon as 20 orders were as divergent (J. Besag and P. Clifford, "Sequential Monte Carlo
 * p-values", Biometrika 78, 1991; valid at any level). 1 where there is nothing to divide.
 */
export function divergenceP(values: Float64Array, seed: number, permutations = PERMUTATIONS): number {
  const distances = distancesToAll(values);
  const observed = splitGiven(values, distances)?.divergence ?? 0;
  if (observed <= 0) return 1;

  const random = createRandom(seed);
  const positions = Array.from(values.keys());
  const shuffled = new Float64Array(values.length);
  const shuffledDistances = new Float64Array(values.length);
  // What differs by rounding alone is the same order of the same values.
  const asLarge = observed * (1 - 1e-9);
  let reached = 0;
  for (let drawn = 1; drawn <= permutations; drawn += 1) {
    random.shuffle(positions).forEach((from, to) => {
      shuffled[to] = values[from] ?? NaN;
      shuffledDistances[to] = distances[from] ?? NaN;
    });
    if ((splitGiven(shuffled, shuffledDistances)?.divergence ?? 0) >= asLarge) reached += 1;
    if (reached === ENOUGH_REACHED) return reached / drawn;
  }
  return (reached + 1) / (permutations + 1);
}

/** Whether the order means something at `level`: with no more permutations than this one question takes. */
export function isDivergent(values: Float64Array, level: number, seed: number): boolean {
  const permutations = Math.min(PERMUTATIONS, Math.ceil(DECIDING / level) - 1);
  return divergenceP(values, seed, permutations) <= level;
}

const PERMUTATIONS = 1_999;
/** How many of the permutations may be as divergent at the level of a decision. */
const DECIDING = 10;
const ENOUGH_REACHED = 20;

/**
 * The fewest values that can show a change at `level`. The cleanest step in fewer has a larger p, as too many of all
 * orders are as clean: it and its mirror image.
 */
export function fewestValues(level: number): number {
  let count = 2 * SHORTEST;
  while (leastP(Math.floor(count / 2), Math.ceil(count / 2)) > level) count += 1;
  return count;
}

/**
 * With the sum of distances of each value to all others known, moving one value after the other from right to left
 * needs only its distances to those already on the left: n²/2 subtractions for all places.
 */
function splitGiven(values: Float64Array, distances: Float64Array): Split | undefined {
  const n = values.length;
  let best: Split | undefined;
  let withinLeft = 0;
  let withinRight = sum(distances) / 2;
  const total = withinRight;
  for (let moved = 0; moved < n - SHORTEST; moved += 1) {
    const value = values[moved] ?? NaN;
    let toLeft = 0;
    for (let other = 0; other < moved; other += 1) toLeft += Math.abs(value - (values[other] ?? NaN));
    withinLeft += toLeft;
    withinRight -= (distances[moved] ?? NaN) - toLeft;
    const left = moved + 1;
    if (left < SHORTEST) continue;
    const right = n - left;
    const between = total - withinLeft - withinRight;
    const energy =
      (2 * between) / (left * right) -
      (2 * withinLeft) / (left * (left - 1)) -
      (2 * withinRight) / (right * (right - 1));
    const divergence = (left * right * energy) / n;
    if (best === undefined || divergence > best.divergence) best = { at: left, divergence };
  }
  return best;
}

/** For each value the sum of its distances to all values, in the order of `values`. */
function distancesToAll(values: Float64Array): Float64Array {
  return values.map((value) => values.reduce((all, other) => all + Math.abs(value - other), 0));
}

function sum(values: Float64Array): number {
  return values.reduce((all, value) => all + value, 0);
}
