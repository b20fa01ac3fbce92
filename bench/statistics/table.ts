import Table from 'cli-table3';
import type { Rate } from './study.ts';

const noBorders = Object.fromEntries(
  ['top', 'bottom', 'left', 'right', 'mid'].flatMap((side) => [
    [side, ''],
    [`${side}-mid`, ''],
    [`${side}-left`, ''],
    [`${side}-right`, ''],
  ]),
);

/** A line for each rate, with what is promised and whether it is kept. */
export function rateTable(rates: readonly Rate[]): string {
  const table = new Table({
    head: ['simulation', 'share', 'trials', 'promised', 'kept'],
    chars: { ...noBorders, 'left-mid': '', 'mid-mid': '', 'right-mid': '', middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    colAligns: ['left', 'right', 'right', 'right', 'left'],
  });
  table.push(
    ...rates.map((rate) => [
      rate.remark === undefined ? rate.title : `${rate.title} (${rate.remark})`,
      percent(rate.happened / rate.trials),
      String(rate.trials),
      promised(rate),
      promised(rate) === '' ? '' : isKept(rate) ? 'yes' : 'NO',
    ]),
  );
  return table.toString();
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
