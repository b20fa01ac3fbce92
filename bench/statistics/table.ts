import { alignColumns } from '../../core/columns.ts';
import type { Rate } from './study.ts';

/** A line for each rate, with what is promised and whether it is kept. */
export function rateTable(rates: readonly Rate[]): string {
  return alignColumns(
    [
      ['simulation', 'share', 'trials', 'promised', 'kept'],
      ...rates.map((rate) => [
        rate.remark === undefined ? rate.title : `${rate.title} (${rate.remark})`,
        percent(rate.happened / rate.trials),
        String(rate.trials),
        promised(rate),
        promised(rate) === '' ? '' : isKept(rate) ? 'yes' : 'NO',
      ]),
    ],
    ['left', 'right', 'right', 'right', 'left'],
  ).join('\n');
}

/** Whether the share is within its bounds; one without bounds is. */
export function isKept({ happened, trials, atLeast = 0, atMost = 1 }: Rate): boolean {
  const share = happened / trials;
  return share >= atLeast && share <= atMost;
}

function promised({ atLeast, atMost }: Rate): string {
  if (atLeast !== undefined && atMost !== undefined) return `${percent(atLeast)} to ${percent(atMost)}`;
  if (atMost !== undefined) return `≤ ${percent(atMost)}`;
  return atLeast === undefined ? '' : `≥ ${percent(atLeast)}`;
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
