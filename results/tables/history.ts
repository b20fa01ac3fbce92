import { groupBy } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { NOTHING } from '../../core/words.ts';
import type { History, HistorySeries } from '../history/history.ts';
import { figureRange, figureText } from '../compare/row-text.ts';
import { dayOf, findingLines, overallText } from '../history/change-text.ts';
import { markedMetric, markedSubject, together } from '../marks.ts';
import { formatTime } from './format.ts';
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
          cell(first === undefined ? '' : figureText(first.median, unit)),
          cell(last === undefined ? '' : figureText(last.median, unit)),
          cell(overallText(entry)),
          { text: findings.join('; '), brief: findings.join('\n') },
        ];
      }),
  };
}

/** The medians of one metric: a row for each run, a column for each series. */
export function runMediansTable(
  title: string,
  all: readonly HistorySeries[],
  records: History['records'],
): Table {
  const byRecord = all.map((series) => new Map(series.points.map((point) => [point.record.id, point])));
  return {
    caption: `${title}: medians of each run`,
    columns: [
      column('Run'),
      ...all.map((series) =>
        numeric(subjectName(series), series.environment === undefined ? {} : { note: series.environment }),
      ),
    ],
    rows: records.map(({ id, startedAt }) => [
      cell(dayOf(startedAt), id),
      ...all.map(({ unit }, index) => {
        const point = byRecord[index]?.get(id);
        if (point === undefined) return cell(NOTHING);
        const { median, interval, n } = point;
        const range = interval === undefined ? '' : `${figureRange(interval, unit, median)} `;
        return cell(figureText(median, unit), `${range}n = ${n}`);
      }),
    ]),
  };
}

/** The runs, oldest first. */
export function runsTable(records: History['records']): Table {
  return {
    caption: 'The runs, oldest first',
    columns: [
      column('Started'),
      column('Run'),
      column('twinboot'),
      column('Image'),
      column('Kernel of the image'),
    ],
    rows: records.map(({ id, startedAt, tool, imageName, digest, imageKernel }) => [
      cell(formatTime(startedAt)),
      cell(id),
      cell(tool),
      cell(imageName, digest.slice(0, 12)),
      cell(imageKernel),
    ]),
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
