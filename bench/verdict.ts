import type { Figure } from './benchmark.ts';

/** `reach`: whether the figure's interval holds values on the other side of the bound. */
export interface Verdict {
  met: boolean;
  unsure: boolean;
}

/** `undefined` for a figure without a bound. A bound is the most that the figure may be. */
export function verdictOf({ value, bound, interval }: Figure): Verdict | undefined {
  if (bound === undefined) return undefined;
  const unsure = interval !== undefined && interval.low <= bound && interval.high > bound;
  return { met: value <= bound, unsure };
}
