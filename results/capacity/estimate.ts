import type { Estimate } from './capacity-plan.ts';

/** The same function of an estimate and of its ends. `rising`: the more, the more. */
export function eachEnd({ value, interval }: Estimate, rising: (value: number) => number): Estimate {
  if (interval === undefined) return { value: rising(value) };
  const { low, high } = interval;
  return {
    value: rising(value),
    interval: { low: rising(low), ...(high === undefined ? {} : { high: rising(high) }) },
  };
}
