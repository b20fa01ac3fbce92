/** So many boots in a row tell whether a runtime is still getting quicker, or slower. */
export const WARM_BOOTS = 4;

/** So many rounds of warm-up at most, however long values go one way. */
export const MOST_WARMUP = 12;

/**
 * Whether a warm-up can end: the last `WARM_BOOTS` times of no runtime fall, or rise, without exception. Where nothing
 * trends, one runtime looks cold to this rule in 2 of 24 rounds; one that gets warm slowly, beside its noise, looks
 * warm.
 * `series`: of each runtime its times to ready so far, ms, in their order.
 */
export function isWarm(series: readonly (readonly number[])[]): boolean {
  return series.every((times) => times.length >= WARM_BOOTS && !goesOneWay(times.slice(-WARM_BOOTS)));
}

function goesOneWay(times: readonly number[]): boolean {
  const steps = times.slice(1).map((time, index) => Math.sign(time - (times[index] ?? NaN)));
  return Math.abs(steps.reduce((sum, step) => sum + step, 0)) === steps.length;
}
