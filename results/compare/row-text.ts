import { plainLine } from '../../core/text.ts';
import { formatValue } from '../../core/units.ts';
import { formatCount, formatFactor, NOTHING } from '../../core/words.ts';
import { markTexts } from '../marks.ts';
import type { Comparison, ComparisonRow, SideFigures } from './comparison.ts';

/** What every row is marked with that was compared by force. */
export const FORCED = 'compared across different environments';

/** `446 ms`; of a VM over a container `31.4`. */
export function medianText({ median }: SideFigures, unit: ComparisonRow['unit']): string {
  if (median === undefined) return NOTHING;
  return unit === 'ratio' ? formatFactor(median) : formatValue(median, unit);
}

/** `1.12 [1.09, 1.15]`: NEW over BASE. */
export function ratioText({ ratio, interval }: Pick<ComparisonRow, 'ratio' | 'interval'>): string {
  if (ratio === undefined) return NOTHING;
  return interval === undefined
    ? `${formatFactor(ratio)} [no interval]`
    : `${formatFactor(ratio)} [${formatFactor(interval.low)}, ${formatFactor(interval.high)}]`;
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

/** `501 ms, was 446 ms: 1.12 times [1.09, 1.15], p 0.0033, n = 12 and 12` and what else there is to say. */
export function rowEvidence(row: ComparisonRow, comparison: Comparison): string {
  const { base, next, unit, ratio, pCorrected } = row;
  const figures = [
    ...(ratio === undefined ? [] : [ratioText(row).replace(' [', ' times [')]),
    ...(pCorrected === undefined ? [] : [`p ${pText(pCorrected)}`]),
    `n = ${base.n} and ${next.n}`,
  ];
  const said = [
    `${valueText(next, unit)}, was ${valueText(base, unit)}: ${figures.join(', ')}`,
    ...moreRoundsText(row),
    ...(row.reason === undefined ? [] : [plainLine(row.reason)]),
    ...markTexts(row),
    ...(comparison.environment.length > 0 ? [FORCED] : []),
  ];
  return said.join('; ');
}

function valueText(figures: SideFigures, unit: ComparisonRow['unit']): string {
  return figures.median === undefined ? 'no value' : medianText(figures, unit);
}

function moreRoundsText({ moreRounds }: ComparisonRow): string[] {
  return moreRounds === undefined
    ? []
    : [`about ${formatCount(moreRounds, 'more round')} a side would decide`];
}

/** `5 %` */
export function percentText(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}

/** `cpu model: A → B; kernel: …`: what a forced comparison was forced across. */
export function environmentText({ environment }: Comparison): string {
  return environment.map(({ key, base, next }) => plainLine(`${key}: ${base} → ${next}`)).join('; ');
}
