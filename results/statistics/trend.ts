import { median } from './quantile.ts';
import { bestSplit, isDivergent } from './change-point.ts';
import { studentQuantile } from './normal.ts';
import { bestRamps, type Ramp } from './ramp.ts';
import { successiveVariance } from './serial.ts';

/** A part of a series that is at one level, or creeps from one to another. */
export interface Stretch {
  /** Positions of its first value, and of the first one after it. */
  from: number;
  to: number;
  /** The level at its start and at its end, in the values' unit; alike where it is steady. */
  startLevel: number;
  endLevel: number;
  /** Set where it creeps: the positions between which it does. */
  creep?: { from: number; to: number };
}

export interface TrendOptions {
  /** Bound on the probability that a series without any change is divided. */
  level: number;
  /** The least relative change that counts: 0.05 is 5 %. */
  minEffect: number;
  seed: number;
  /** Whether the whole series is beyond chance, where that is known already. */
  isDivergent?: boolean;
}

/**
 * A series as stretches that lie side by side; one steady stretch where no change is shown.
 *
 * It is divided where E-divisive finds it most different, as long as a permutation test finds that beyond chance, and
 * so is each part again. Every piece on the way down that is beyond chance is then described by what takes the least:
 * its parts, or one creep over all of it. "The least" is the Bayesian information criterion (G. Schwarz, "Estimating
 * the Dimension of a Model", Annals of Statistics 6, 1978), which charges a staircase for each of its steps and a creep
 * for each of its ends. Neighbours that differ by less than the least effect are put together again.
 */
export function trendOf(values: readonly number[], options: TrendOptions): Stretch[] {
  const centred = centre(values);
  const pieces = divide({
    values: centred,
    from: 0,
    noise: successiveVariance(centred),
    penalty: Math.log(values.length),
    isDivergent: undefined,
    ...options,
  }).pieces;
  const stretches = relocate(pieces, centred).map((piece) => withLevels(piece, values, options.minEffect));
  return joinAlike(stretches, values, options.minEffect);
}

/** The change from one level to another, relative to the first; infinite from 0 to anything else. */
export function relativeChange(before: number, after: number): number {
  return before === after ? 0 : (after - before) / Math.abs(before);
}

/** Squares of large values would lose their digits: moved to around zero. */
function centre(values: readonly number[]): Float64Array {
  const middle = median(values) ?? 0;
  return Float64Array.from(values, (value) => value - middle);
}

/** A stretch whose levels are not told yet. */
interface Piece {
  from: number;
  to: number;
  ramp?: Ramp;
}

interface Division {
  pieces: Piece[];
  /** The Bayesian information criterion with a known variance, up to what all descriptions share. */
  cost: number;
}

interface Task extends Omit<TrendOptions, 'isDivergent'> {
  values: Float64Array;
  /** Position of the first value in the whole series. */
  from: number;
  noise: number;
  /** What each chosen number costs. */
  penalty: number;
  isDivergent: boolean | undefined;
}

function divide(task: Task): Division {
  const { values, from, noise, penalty, level, seed } = task;
  const whole = { from, to: from + values.length };
  const split = bestSplit(values);
  if (split === undefined || !(task.isDivergent ?? isDivergent(values, level, seed + from))) {
    return { pieces: [whole], cost: squaresAroundMean(values) / noise + penalty };
  }
  const part = { ...task, isDivergent: undefined };
  const left = divide({ ...part, values: values.subarray(0, split.at) });
  const right = divide({ ...part, values: values.subarray(split.at), from: from + split.at });
  const apart = { pieces: [...left.pieces, ...right.pieces], cost: left.cost + right.cost + penalty };
  const creeps = bestRamps(values).map((ramp) => ({
    pieces: [{ ...whole, ramp }],
    cost: ramp.rss / noise + penalty * ramp.parameters,
  }));
  return creeps.reduce<Division>((best, creep) => (creep.cost < best.cost ? creep : best), apart);
}

function squaresAroundMean(values: Float64Array): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
}

/** A place was found while its neighbours still held further steps: looked for again between the final ones. */
function relocate(pieces: readonly Piece[], values: Float64Array): Piece[] {
  const moved = pieces.map((piece) => ({ ...piece }));
  moved.slice(1).forEach((right, index) => {
    const left = moved[index];
    if (left === undefined || left.ramp !== undefined || right.ramp !== undefined) return;
    const split = bestSplit(values.subarray(left.from, right.to));
    if (split !== undefined) left.to = right.from = left.from + split.at;
  });
  return moved;
}

/** The median of a steady piece; the ends of a creep, unless it leads less than `minEffect` away. */
function withLevels({ from, to, ramp }: Piece, values: readonly number[], minEffect: number): Stretch {
  const middle = median(values) ?? 0;
  const startLevel = (ramp?.before ?? 0) + middle;
  const endLevel = (ramp?.after ?? 0) + middle;
  if (ramp === undefined || Math.abs(relativeChange(startLevel, endLevel)) < minEffect) {
    return steady(from, to, values);
  }
  return { from, to, startLevel, endLevel, creep: { from: from + ramp.from, to: from + ramp.to } };
}

export function wholeOf(values: readonly number[]): Stretch {
  return steady(0, values.length, values);
}

function steady(from: number, to: number, values: readonly number[]): Stretch {
  const level = median(values.slice(from, to)) ?? 0;
  return { from, to, startLevel: level, endLevel: level };
}

/** Puts the two most alike steady neighbours together until all differ by `minEffect`. */
function joinAlike(stretches: readonly Stretch[], values: readonly number[], minEffect: number): Stretch[] {
  const joined = [...stretches];
  for (;;) {
    const [closest] = joined
      .slice(1)
      .map((right, index) => ({ index, left: joined[index] ?? right, right }))
      .filter(({ left, right }) => left.creep === undefined && right.creep === undefined)
      .map(({ index, left, right }) => ({
        index,
        from: left.from,
        to: right.to,
        effect: Math.abs(relativeChange(left.endLevel, right.startLevel)),
      }))
      .filter(({ effect }) => effect < minEffect)
      .sort((a, b) => a.effect - b.effect);
    if (closest === undefined) return joined;
    joined.splice(closest.index, 2, steady(closest.from, closest.to, values));
  }
}

/**
 * How far the best of many places, nine times in ten, lies beyond the critical value of a single comparison: in
 * standard errors, by simulation.
 */
const REACH = 2.3;

/**
 * The least step from one half of `values` to the other that `trendOf` finds nine times in ten, as a share of their
 * median; `undefined` where that is 0. The difference of two halves has the standard error 2 σ / √n and the critical
 * value of Student's t.
 */
export function smallestStepIn(values: readonly number[], level: number): number | undefined {
  const n = values.length;
  const around = Math.abs(median(values) ?? 0);
  const critical = studentQuantile(1 - level / 2, n - 2);
  const error = 2 * Math.sqrt(successiveVariance(values) / n);
  const step = ((critical + REACH) * error) / around;
  return Number.isFinite(step) ? step : undefined;
}
