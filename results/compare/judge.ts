import { createBootstrap, RESAMPLES, type Bootstrap } from '../statistics/bootstrap.ts';
import { holm } from '../statistics/correction.ts';
import { permutationTests } from '../statistics/permutation.ts';
import { moreRounds } from '../statistics/sample-size.ts';
import type { Judgement, JudgeOptions, Pair } from './comparison.ts';
import { effectOf, verdictOf } from './verdict.ts';

/** Bounds the time that a very large family or a very small alpha can take. */
const MOST_RESAMPLES = 199_999;

/**
 * What is said of each pair, in the order of `family`: two independent sets of values each. Among all pairs that can be
 * tested, the probability of any false alarm is `alpha` at most: permutation tests, Holm's correction. So judge all
 * metrics of a comparison together, and once. The same values and seed give the same judgements.
 *
 * A pair without a better direction is never a regression or an improvement. If it changed, it does not pass either:
 * it is inconclusive with that reason, and without `moreRounds`, as more would not help.
 *
 * `bootstrap`: whoever judges many families hands in one, so that it is made once.
 */
export function judge(
  family: readonly Pair[],
  options: JudgeOptions,
  bootstrap: Bootstrap = createBootstrap(options.seed),
): Judgement[] {
  const level = options.alpha / Math.max(1, family.length);
  const obstacles = family.map((pair) => untestable(pair, level));
  const tested = family
    .map((pair, index) => ({ pair, index }))
    .filter(({ index }) => obstacles[index] === undefined);
  const ps = permutationTests(
    tested.map(({ pair }) => pair),
    { seed: options.seed, resamples: resamplesFor(level) },
  );
  const corrected = holm(ps);

  const judgements = [...obstacles];
  tested.forEach(({ pair, index }, place) => {
    const [p = 1, pCorrected = 1] = [ps[place], corrected[place]];
    const effect = effectOf(pair, bootstrap);
    judgements[index] = {
      ...verdictOf({ pair, effect, pCorrected, level }, options),
      ...effect,
      p,
      pCorrected,
    };
  });
  return judgements.filter((judgement) => judgement !== undefined);
}

/** So many permutations that four of them as extreme as what was observed would still reach the level. */
export function resamplesFor(level: number): number {
  return Math.min(MOST_RESAMPLES, Math.max(RESAMPLES, Math.ceil(5 / level)));
}

type Sides = Pick<Pair, 'base' | 'next'>;

/**
 * What is said of a pair that cannot be tested, and why; `undefined` of one that can. Two sides of one and the same
 * value pass, whatever the value. `level`: what p would have to reach.
 */
export function untestable({ base, next }: Sides, level: number): Judgement | undefined {
  if (base.length === 0) {
    return inconclusive(next.length === 0 ? 'no values on either side' : 'BASE has no values');
  }
  if (next.length === 0) return { verdict: 'missing', reason: 'NEW has no values' };

  const broken = sidesWhere({ base, next }, (values) => !values.every(Number.isFinite));
  if (broken !== undefined) return inconclusive(`values that are no finite numbers in ${broken}`);

  const single = sidesWhere({ base, next }, (values) => values.length === 1);
  if (single !== undefined) {
    const n = Math.min(base.length, next.length);
    return {
      ...inconclusive(`one value in ${single}: no interval, no test`),
      moreRounds: moreRounds({ n, minEffect: 0, level }),
    };
  }

  if ([...base, ...next].every((value) => value === base[0])) {
    return { verdict: 'pass', ratio: 1, interval: { low: 1, high: 1 }, p: 1, pCorrected: 1 };
  }

  const negative = sidesWhere({ base, next }, (values) => values.some((value) => value < 0));
  if (negative !== undefined) return inconclusive(`values below 0 in ${negative}: a ratio says nothing`);
  return undefined;
}

function inconclusive(reason: string): Judgement {
  return { verdict: 'inconclusive', reason };
}

/** `BASE`, `NEW` or `BASE and NEW`: where `holds` is true. */
function sidesWhere(
  { base, next }: Sides,
  holds: (values: readonly number[]) => boolean,
): string | undefined {
  const sides = [...(holds(base) ? ['BASE'] : []), ...(holds(next) ? ['NEW'] : [])];
  return sides.length > 0 ? sides.join(' and ') : undefined;
}
