import type { Judgement, Pair } from './comparison.ts';
import { moreRounds } from '../statistics/sample-size.ts';

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
