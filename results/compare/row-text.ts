import { plainLine } from '../../core/text.ts';
import { formatRange, formatValue } from '../../core/units.ts';
import { formatCount, formatFactor, formatFactorRange, NOTHING } from '../../core/words.ts';
import type { Interval } from '../statistics/interval.ts';
import { MOST_MORE_ROUNDS } from '../statistics/sample-size.ts';
import type { ComparisonRow } from './comparison.ts';

/** `446 ms`; of a VM over a container `31.4`. */
export function figureText(value: number | undefined, unit: ComparisonRow['unit']): string {
  if (value === undefined) return NOTHING;
  return unit === 'ratio' ? formatFactor(value) : formatValue(value, unit);
}

/** `[440 ms, 451 ms]` of 446 ms; of a VM over a container `[29.8, 33.0]`. */
export function figureRange(interval: Interval, unit: ComparisonRow['unit'], estimate: number): string {
  return unit === 'ratio' ? formatFactorRange(interval, estimate) : formatRange(interval, unit, estimate);
}

/** `1.12 [1.09, 1.15]`: NEW over BASE. With `times`, which says of what: `1.12 times BASE [1.09, 1.15]`. */
export function ratioText(
  { ratio, interval }: Pick<ComparisonRow, 'ratio' | 'interval'>,
  times?: string,
): string {
  if (ratio === undefined) return NOTHING;
  const factor = times === undefined ? formatFactor(ratio) : `${formatFactor(ratio)} ${times}`;
  return `${factor} ${interval === undefined ? '[no interval]' : formatFactorRange(interval, ratio)}`;
}

/** `0.042`, `<0.001` */
export function pText(p: number | undefined): string {
  if (p === undefined) return NOTHING;
  return p < 0.001 ? '<0.001' : String(Number(p.toPrecision(2)));
}

/** `startup.ready of nspawn`; text of a record as one plain line. */
export function rowName({ metric, subject }: ComparisonRow): string {
  return plainLine(`${metric} of ${subject}`);
}

/** `5 %` */
export function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** Whether an estimate is its own bound, and no number of rounds. */
export function isFarMore(moreRounds: number): boolean {
  return moreRounds >= MOST_MORE_ROUNDS;
}

/** `about 8 more rounds a side would decide` */
export function moreRoundsText(moreRounds: number): string {
  return isFarMore(moreRounds)
    ? 'more rounds than can be planned for would be needed'
    : `about ${formatCount(moreRounds, 'more round')} a side would decide`;
}
