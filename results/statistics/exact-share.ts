import type { Interval } from './interval.ts';

/**
 * How likely so many or more of the events of two samples are NEW's if both have the same share of them: Fisher's exact
 * test, one-sided (R. A. Fisher, Statistical Methods for Research Workers, 1934). 1 where there are none.
 */
export function moreOftenP(
  base: { happened: number; trials: number },
  next: { happened: number; trials: number },
): number {
  const events = base.happened + next.happened;
  const most = Math.min(events, next.trials);
  const all = logChoose(base.trials + next.trials, events);
  let p = 0;
  for (let happened = next.happened; happened <= most; happened += 1) {
    const others = events - happened;
    if (others > base.trials) continue;
    p += Math.exp(logChoose(next.trials, happened) + logChoose(base.trials, others) - all);
  }
  return Math.min(1, p);
}

/**
 * The exact interval of a share (C. J. Clopper and E. S. Pearson, "The Use of Confidence or Fiducial Limits Illustrated
 * in the Case of the Binomial", Biometrika 26, 1934): shares that are not refuted, on either side, at 2.5 %.
 * `trials`: 1 or more.
 */
export function shareInterval(happened: number, trials: number): Interval {
  return {
    low: happened === 0 ? 0 : bisect((share) => atLeast(happened, trials, share) > TAIL),
    high: happened === trials ? 1 : bisect((share) => 1 - atLeast(happened + 1, trials, share) < TAIL),
  };
}

/** Of a 95 % interval, on either side. */
const TAIL = (1 - 0.95) / 2;

/** How likely `happened` or more of `trials` are. */
function atLeast(happened: number, trials: number, share: number): number {
  let p = 0;
  for (let count = happened; count <= trials; count += 1) {
    p += Math.exp(logChoose(trials, count) + count * Math.log(share) + (trials - count) * Math.log1p(-share));
  }
  return Math.min(1, p);
}

/** The share from which on `isBeyond` holds. */
function bisect(isBeyond: (share: number) => boolean): number {
  let [low, high] = [0, 1];
  for (let step = 0; step < 60; step += 1) {
    const middle = (low + high) / 2;
    if (isBeyond(middle)) high = middle;
    else low = middle;
  }
  return (low + high) / 2;
}

function logChoose(all: number, chosen: number): number {
  let sum = 0;
  for (let k = 1; k <= chosen; k += 1) sum += Math.log((all - chosen + k) / k);
  return sum;
}
