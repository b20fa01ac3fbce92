import { groupBy } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { formatValue, MINUS } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { markedMetric, markedSubject, together } from '../marks.ts';
import { shareText } from '../noise/advice.ts';
import { ASKED_ROUNDS, type NoiseReport, type NoiseRow } from '../noise/noise.ts';
import { cell, column, numeric, orNothing, type Cell, type Table } from './table.ts';

/** How far the values of each metric spread: a row for each, below the runtime that it is of. */
export function noiseTable({ rows, alpha }: NoiseReport): Table {
  const groups = groupBy(rows, ({ runtime }) => runtime);
  return {
    caption: 'How much figures vary while nothing changes',
    marked: together(rows),
    isGrouped: true,
    columns: [
      column('Metric'),
      numeric('Median'),
      numeric('CV'),
      numeric('Robust'),
      numeric('Drift'),
      ...ASKED_ROUNDS.map((rounds) => numeric(`Finds n=${rounds}`)),
    ],
    rows: groups.flatMap((group) =>
      group.map((row) => {
        const { metric, median, unit, cv, robustCv, drift, detectable } = row;
        return [
          cell(markedMetric(plainLine(metric), row), headingOf(group)),
          cell(formatValue(median, unit)),
          orNothing(cv, shareText),
          orNothing(robustCv, shareText),
          driftCell(drift, alpha),
          ...ASKED_ROUNDS.map((asked) =>
            orNothing(
              detectable?.find(({ rounds }) => rounds === asked),
              ({ effect }) => (effect === undefined ? 'none' : shareText(effect)),
            ),
          ),
        ];
      }),
    ),
    remarks: groups.flatMap(remarksOn),
  };
}

function driftCell(drift: NoiseRow['drift'], alpha: number): Cell {
  if (drift === undefined) return cell(NOTHING);
  if (drift.pCorrected > alpha) return cell('no');
  return cell(`${drift.change < 0 ? MINUS : '+'}${shareText(Math.abs(drift.change))}`);
}

/** `qemu *  (n = 20)` */
function headingOf(group: readonly NoiseRow[]): string {
  const runtime = plainLine(group[0]?.runtime ?? '');
  const counts = [...new Set(group.map(({ n }) => n))];
  return `${markedSubject(runtime, together(group))}  (n = ${counts.join(', ')})`;
}

/** Each reason once. */
function remarksOn(group: readonly NoiseRow[]): NonNullable<Table['remarks']> {
  return [...new Set(group.flatMap(({ reason }) => reason ?? []))].map((reason) => {
    const metrics = group.filter((row) => row.reason === reason).map(({ metric }) => plainLine(metric));
    const whose = metrics.length === group.length ? '' : `${metrics.join(', ')}: `;
    return { heading: headingOf(group), text: `${whose}${reason}` };
  });
}
