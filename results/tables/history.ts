import { groupBy } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import type { HistorySeries } from '../history/history.ts';
import { findingLines, overallText, valueText } from '../history/change-text.ts';
import { markedMetric, markedSubject, together } from '../marks.ts';
import { cell, column, numeric, type Table } from './table.ts';

/** What became of each metric over the runs: a row for each series, below what it is of. */
export function historyTable(series: readonly HistorySeries[]): Table {
  return {
    caption: 'Each metric of each runtime; an environment of its own is a series of its own',
    marked: together(series),
    isGrouped: true,
    columns: [
      column('Metric'),
      numeric('Runs'),
      numeric('First'),
      numeric('Last'),
      numeric('Change'),
      column('Finding'),
    ],
    rows: groupBy(series, placeOf)
      .flat()
      .map((entry) => {
        const { metric, points, unit } = entry;
        const [first, last] = [points[0], points.at(-1)];
        const findings = findingLines(entry);
        return [
          cell(markedMetric(plainLine(metric), entry), placeOf(entry)),
          cell(String(points.length)),
          cell(first === undefined ? '' : valueText(first.median, unit)),
          cell(last === undefined ? '' : valueText(last.median, unit)),
          cell(overallText(entry)),
          { text: findings.join('; '), brief: findings.join('\n') },
        ];
      }),
  };
}

/** `qemu *` */
export function subjectName({ subject, emulated }: Pick<HistorySeries, 'subject' | 'emulated'>): string {
  return markedSubject(subject, { emulated });
}

/** `nspawn, kernel 6.1.0-18` */
function placeOf(entry: HistorySeries): string {
  const { environment } = entry;
  return `${subjectName(entry)}${environment === undefined ? '' : `, ${environment}`}`;
}
