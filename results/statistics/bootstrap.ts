import { createRandom, type Random } from '../../core/random.ts';
import type { Interval } from './interval.ts';
import { drawNormal, studentQuantile, twoSidedP } from './normal.ts';
import { median, sortedCopy } from './quantile.ts';

/** 95 % intervals. The same seed and values give the same interval, whatever was asked before. */
export interface Bootstrap {
  /** Of the median; `undefined` for fewer than two values. */
  median(values: readonly number[]): Interval | undefined;
  /**
   * Of median(numerator) / median(denominator), two independent sets; `undefined` where either has fewer than two
   * values, or where the denominator's median may well be 0 or less.
   */
  ratio(numerator: readonly number[], denominator: readonly number[]): Interval | undefined;
}

/** Resamples for one interval. One less than 10,000, so that its ends fall on whole positions. */
export const RESAMPLES = 9_999;

/** The share of resamples outside a 95 % interval at either end. */
const TAIL = 0.025;

/**
 * The same of a ratio of medians. Resampled medians of few values spread too far: at 2.5 % the interval holds the true
 * ratio in 97 % of trials. Calibrated by simulation (W.-Y. Loh, "Calibrating Confidence Coefficients", JASA 82, 1987),
 * from five values a side on; below, the resamples are too few different ones to choose among.
 */
const CALIBRATED_TAIL = 0.03;
const CALIBRATED_FROM = 5;

/**
 * Seeded percentile bootstrap with 9,999 resamples.
 *
 * How often the interval holds the true value, measured over 4,000 (ratio: 3,000) trials with normal samples of n
 * values (a side); log-normal and exponential ones came within 2 points of it:
 *
 *     n                  2    3    4    5    6    7    8   10   12   15   20   30   50   100
 *     median            50   75   87   94   97   98   98   96   96   97   95   96   96    96 %
 *     ratio of medians  66   91   93   96   96   95   96   96   96   96   96   96   94    95 %
 *
 * The interval of a ratio leaves out 3 % of the resamples at either end. For a median plain percentiles fall short
 * (87 % at n = 7), so its ends are expanded for few values: to the normal tail beyond √(n/(n-1)) · t(0.975, n-1), after
 * T. Hesterberg, "What Teachers Should Know About the Bootstrap", The American Statistician 69, 2015. From n = 6 on the
 * median's interval holds 95 %. Up to n = 5 it reaches from the least to the greatest value; no interval between values
 * holds more than 1 - 2^(1-n).
 *
 * No values are drawn. A resampled median depends only on the ranks in the middle of n uniform draws, which have a beta
 * distribution. These ranks are drawn, once for each n: the same bootstrap, at a cost that does not grow with n.
 */
export function createBootstrap(seed: number): Bootstrap {
  const base = createRandom(seed).below(2 ** 32);
  const drawn = new Map<number, MiddleRanks>();
  const ranksOf = (n: number, side: 0 | 1): MiddleRanks => {
    const stream = 2 * n + side;
    const ranks = drawn.get(stream) ?? drawMiddleRanks(n, createRandom(base + stream));
    drawn.set(stream, ranks);
    return ranks;
  };

  return {
    median: (values) => {
      if (values.length < 2) return undefined;
      return intervalOf(resampledMedians(values, ranksOf(values.length, 0)), expandedTail(values.length));
    },
    ratio: (numerator, denominator) => {
      if (numerator.length < 2 || denominator.length < 2) return undefined;
      const above = resampledMedians(numerator, ranksOf(numerator.length, 0));
      const below = resampledMedians(denominator, ranksOf(denominator.length, 1));
      // A denominator of 0 or less gives no ratio; as an infinite one it counts towards the upper end.
      const ratios = above.map((top, index) => {
        const bottom = below[index] ?? 0;
        return bottom > 0 ? top / bottom : Infinity;
      });
      const fewest = Math.min(numerator.length, denominator.length);
      return intervalOf(ratios, fewest < CALIBRATED_FROM ? TAIL : CALIBRATED_TAIL);
    },
  };
}

export interface Estimate {
  /** NaN where there are no values. */
  value: number;
  /** 95 %, of the value; absent where so few or such values give none. */
  interval?: Interval;
  /** How many values it is made of; of two sides the fewer. */
  n: number;
}

export function estimateMedian(values: readonly number[], bootstrap: Bootstrap): Estimate {
  const interval = bootstrap.median(values);
  return { value: median(values) ?? NaN, ...(interval && { interval }), n: values.length };
}

/** Of median(numerator) / median(denominator). */
export function estimateRatio(
  numerator: readonly number[],
  denominator: readonly number[],
  bootstrap: Bootstrap,
): Estimate {
  const interval = bootstrap.ratio(numerator, denominator);
  return {
    value: (median(numerator) ?? NaN) / (median(denominator) ?? NaN),
    ...(interval && { interval }),
    n: Math.min(numerator.length, denominator.length),
  };
}

/** For each resample the 0-based ranks of the values whose mean is its median; the same rank twice where n is odd. */
interface MiddleRanks {
  lower: Uint32Array;
  upper: Uint32Array;
}

/**
 * The k-th smallest of n uniform draws is Beta(k, n - k + 1); the next one up is the least of the n - k draws left
 * above it. A draw u of the unit interval is the value at rank ⌊u n⌋.
 */
function drawMiddleRanks(n: number, random: Random): MiddleRanks {
  const lower = new Uint32Array(RESAMPLES);
  const upper = new Uint32Array(RESAMPLES);
  const middle = Math.ceil(n / 2);
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    const part = drawGamma(middle, random);
    const position = part / (part + drawGamma(n - middle + 1, random));
    const next = n % 2 === 1 ? position : 1 - (1 - position) * (1 - random.unit()) ** (1 / (n - middle));
    lower[resample] = Math.min(n - 1, Math.floor(position * n));
    upper[resample] = Math.min(n - 1, Math.floor(next * n));
  }
  return { lower, upper };
}

/** Gamma(shape, 1) for a shape of 1 and more (Marsaglia and Tsang, 2000). */
function drawGamma(shape: number, random: Random): number {
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const normal = drawNormal(random);
    const v = (1 + c * normal) ** 3;
    if (v > 0 && Math.log(1 - random.unit()) < normal ** 2 / 2 + d * (1 - v + Math.log(v))) return d * v;
  }
}

function resampledMedians(values: readonly number[], ranks: MiddleRanks): Float64Array {
  const sorted = sortedCopy(values);
  const medians = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    const lower = sorted[ranks.lower[resample] ?? 0] ?? NaN;
    const upper = sorted[ranks.upper[resample] ?? 0] ?? NaN;
    medians[resample] = lower === upper ? lower : lower / 2 + upper / 2;
  }
  return medians;
}

/** Leaves out the share `tail` at either end. Sorts `statistics` in place. */
function intervalOf(statistics: Float64Array, tail: number): Interval | undefined {
  statistics.sort();
  const position = Math.max(1, Math.floor((RESAMPLES + 1) * tail));
  const low = statistics[position - 1];
  const high = statistics[RESAMPLES - position];
  return Number.isFinite(low) && Number.isFinite(high) ? ({ low, high } as Interval) : undefined;
}

/** 2.5 % for n → ∞, less for few values. */
function expandedTail(n: number): number {
  const reach = Math.sqrt(n / (n - 1)) * studentQuantile(1 - TAIL, n - 1);
  return twoSidedP(reach) / 2;
}
