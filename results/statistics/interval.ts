/** From `low` to `high`, in the unit of what it belongs to. */
export interface Interval {
  low: number;
  high: number;
}

/** From the lower end of both to the upper one. */
export function hullOf(one: Interval, other: Interval): Interval {
  return { low: Math.min(one.low, other.low), high: Math.max(one.high, other.high) };
}

/** From the least that `one` less `other` can be to the most: of two 95 % intervals it holds more than 95 %. */
export function differenceOf(one: Interval, other: Interval): Interval {
  return { low: one.low - other.high, high: one.high - other.low };
}
