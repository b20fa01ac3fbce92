import { formatCount } from '../../core/words.ts';
import { planLooks } from '../statistics/looks.ts';
import { leastTestedP } from '../statistics/permutation.ts';
import { resamplesFor } from './judge.ts';
import { pText } from './row-text.ts';

/** How many values each side of a row has, or will have. */
export interface RowSize {
  base: number;
  next: number;
}

/** The most rounds that are looked at for a number that would do. */
const MOST_ROUNDS = 10_000;

/**
 * What so few values cannot show, whatever they are: rows of which even the least p that the test has for their sizes
 * is above `alpha` once it is corrected over all `rows` (Holm's rule multiplies the least p by their number).
 * `undefined` where every row can show a change. A row within its minimum effect may still pass. `isPlanned`: BASE is
 * not measured yet either.
 */
export function reachText(rows: readonly RowSize[], alpha: number, isPlanned = false): string | undefined {
  const level = alpha / Math.max(1, rows.length);
  const leastOf = ({ base, next }: RowSize): number =>
    Math.min(base, next) < 2 ? 1 : leastTestedP(next, base, resamplesFor(level));
  const blind = rows.filter((row) => leastOf(row) > level);
  const [best] = [...blind].sort((a, b) => leastOf(a) - leastOf(b));
  if (best === undefined) return undefined;

  const canShow = (size: RowSize): boolean => leastOf(size) <= level;
  const aSide = leastRounds((rounds) => canShow({ base: rounds, next: rounds }));
  const beside = leastRounds((next) => canShow({ base: best.base, next }));
  const which = blind.length === rows.length ? '' : ` in ${formatCount(blind.length, 'row')}`;
  const least = leastOf(best);
  const why =
    least === 1
      ? 'one value is not tested'
      : `p is ${pText(least)} at least, ${pText(Math.min(1, least * rows.length))} corrected over ` +
        `${formatCount(rows.length, 'row')}, where alpha is ${alpha}`;
  return [
    `${sizeText(best)} cannot show a change of any size${which}: ${why}`,
    neededText(aSide, isPlanned || beside === aSide ? undefined : beside),
  ].join('; ');
}

/** `5 rounds a side`, `5 rounds beside 12 of BASE` */
function sizeText({ base, next }: RowSize): string {
  const rounds = formatCount(next, 'round');
  return base === next ? `${rounds} a side` : `${rounds} beside ${base} of BASE`;
}

/** `6 rounds a side can, or 7 beside BASE as it is` */
function neededText(aSide: number | undefined, beside?: number): string {
  if (aSide === undefined) return 'no number of rounds can';
  const other = beside === undefined ? '' : `, or ${beside} beside BASE as it is`;
  return `${formatCount(aSide, 'round')} a side can${other}`;
}

/** What `compareAb` cannot show in `maxRounds` rounds, at any of its looks, of as many rows; as `reachText`. */
export function reachOfLooks(maxRounds: number, rows: number, alpha: number): string | undefined {
  const canShow = (rounds: number): boolean =>
    planLooks({ round: rounds, maxRounds: rounds, last: false, alpha, familySize: rows }).some(
      ({ alarmLevel }) => alarmLevel > 0,
    );
  if (rows === 0 || canShow(maxRounds)) return undefined;
  const needed = leastRounds(canShow);
  return (
    `${formatCount(maxRounds, 'round')} at most cannot show a change of any size: ` +
    `no look can reach the level that ${formatCount(rows, 'row')} share, where alpha is ${alpha}; ` +
    neededText(needed)
  );
}

/** By doubling, then by halves: whoever has more values can show what fewer can. */
function leastRounds(canShow: (rounds: number) => boolean): number | undefined {
  let enough = 2;
  while (!canShow(enough)) {
    if (enough > MOST_ROUNDS) return undefined;
    enough *= 2;
  }
  let few = enough / 2;
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    if (canShow(middle)) enough = middle;
    else few = middle;
  }
  return enough;
}
