/**
 * A creep: a level that moves evenly from one value to another. It is `before` up to the position `from`, a straight
 * line from there to `to`, and `after` from then on.
 */
export interface Ramp {
  from: number;
  to: number;
  before: number;
  after: number;
  /** Residual sum of squares. */
  rss: number;
  /** Numbers that were chosen to fit it: two levels, and each end that lies inside the values. */
  parameters: number;
}

/** The fewest steps from value to value that a creep takes: a shorter one is a step with something in between. */
export const SHORTEST_CREEP = 6;

/**
 * The ramps that fit `values` best by least squares: the straight line, the best with one end inside, and the best
 * with both; none for too few values. Sums over prefixes make each of the n²/2 places O(1).
 */
export function bestRamps(values: Float64Array): Ramp[] {
  const last = values.length - 1;
  const sums = prefixSums(values);
  const best = new Map<number, Ramp>();
  for (let from = 0; from <= last - SHORTEST_CREEP; from += 1) {
    for (let to = from + SHORTEST_CREEP; to <= last; to += 1) {
      const ramp = fit(sums, from, to, last);
      const rival = best.get(ramp.parameters);
      if (rival === undefined || ramp.rss < rival.rss) best.set(ramp.parameters, ramp);
    }
  }
  return [...best.values()];
}

/** Sums over the first so many values: of themselves, times their position, and squared. */
interface Sums {
  n: number;
  y: Float64Array;
  iy: Float64Array;
  yy: number;
}

function prefixSums(values: Float64Array): Sums {
  const n = values.length;
  const y = new Float64Array(n + 1);
  const iy = new Float64Array(n + 1);
  let yy = 0;
  values.forEach((value, index) => {
    y[index + 1] = (y[index] ?? 0) + value;
    iy[index + 1] = (iy[index] ?? 0) + index * value;
    yy += value * value;
  });
  return { n, y, iy, yy };
}

/** Linear regression on x = how far along the ramp a position lies, from 0 at `from` to 1 at `to`. */
function fit({ n, y, iy, yy }: Sums, from: number, to: number, last: number): Ramp {
  const length = to - from;
  const at = (sums: Float64Array, index: number): number => sums[index] ?? 0;
  const onTop = n - to;
  const sumX = (length - 1) / 2 + onTop;
  const sumXX = ((length - 1) * (2 * length - 1)) / (6 * length) + onTop;
  const sumY = at(y, n);
  const sumXY =
    (at(iy, to) - at(iy, from) - from * (at(y, to) - at(y, from))) / length + at(y, n) - at(y, to);
  const spread = sumXX - (sumX * sumX) / n;
  const covariance = sumXY - (sumX * sumY) / n;
  const rise = covariance / spread;
  const before = (sumY - rise * sumX) / n;
  return {
    from,
    to,
    before,
    after: before + rise,
    rss: Math.max(0, yy - (sumY * sumY) / n - rise * covariance),
    parameters: 2 + (from > 0 ? 1 : 0) + (to < last ? 1 : 0),
  };
}
