/** From `low` to `high`, in the unit of what it belongs to. */
export interface Interval {
  low: number;
  high: number;
}

/** From the lower end of both to the upper one. */
export function hullOf(one: Interval, other: Interval): Interval {
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) };
}

/**
 * All that `one` less `other` can be. Of two 95 % intervals it holds the difference more often than that, as both are taken
 * at their worst at once.
 */
export function differenceOf(one: Interval, other: Interval): Interval {
  return { low: one.low - other.high, high: one.high - other.low };
}
