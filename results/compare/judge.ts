import { createBootstrap, RESAMPLES, type Bootstrap } from '../statistics/bootstrap.ts';
import type { Judgement, JudgeOptions, Pair } from './comparison.ts';
import { holm } from '../statistics/correction.ts';
import { permutationTests } from '../statistics/permutation.ts';
import { untestable } from './untestable.ts';
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

/** So many that four of them as extreme as what was observed would still reach the level. */
function resamplesFor(level: number): number {
  return Math.min(MOST_RESAMPLES, Math.max(RESAMPLES, Math.ceil(5 / level)));
}
