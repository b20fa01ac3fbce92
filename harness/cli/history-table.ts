import { alignColumns } from '../../core/columns.ts';
import { groupBy } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import type { History, HistorySeries } from '../../results/history/history.ts';
import {
  dayOf,
  evidenceOf,
  findingLines,
  methodText,
  overallText,
  valueText,
} from '../../results/history/change-text.ts';
import { footnotes as markFootnotes, markedMetric, markedSubject } from '../../results/marks.ts';

/** The history for people: a block for each runtime and environment, then what the changes fall together with. */
export function historyTable(history: History): string {
  return [
    spanLines(history),
    seriesLines(history),
    changeLines(history),
    history.leftOut.map(({ path, reason }) => `! left out ${path}: ${reason}`),
    footnotes(history),
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function spanLines({ records }: History): string[] {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return [];
  const days = [...new Set([first, last].map(({ startedAt }) => dayOf(startedAt)))].join(' to ');
  return [`${records.length} run${records.length === 1 ? '' : 's'}, ${days}`];
}

const HEAD = ['metric', 'runs', 'first', 'last', 'change', 'finding'];

function seriesLines({ series }: History): string[] {
  if (series.length === 0) return ['no run has a value of these metrics'];
  return alignColumns(
    [
      HEAD,
      ...groupBy(series, headingOf).flatMap((group) => [
        ...group.slice(0, 1).map((entry) => [headingOf(entry)]),
        ...group.flatMap(rowsOf),
      ]),
    ],
    ['left', 'right', 'right', 'right', 'right', 'left'],
  );
}

/** `qemu *`, `nspawn, kernel 6.1.0-18` */
function headingOf({ subject, emulated, environment }: HistorySeries): string {
  return `${markedSubject(subject, { emulated })}${environment === undefined ? '' : `, ${environment}`}`;
}

/** A line for each series, and one more for each further change. */
function rowsOf(series: HistorySeries): string[][] {
  const { metric, points, unit } = series;
  const [first, last] = [points[0], points.at(-1)];
  const [finding = '', ...further] = findingLines(series);
  return [
    [
      `  ${markedMetric(plainLine(metric), series)}`,
      String(points.length),
      first === undefined ? '' : valueText(first.median, unit),
      last === undefined ? '' : valueText(last.median, unit),
      overallText(series),
      finding,
    ],
    ...further.map((line) => ['', '', '', '', '', line]),
  ];
}

/** Each pair of records once, with the series that changed between them. */
function changeLines({ series }: History): string[] {
  const places = new Map<string, string[]>();
  for (const entry of series) {
    for (const change of entry.finding.changes) {
      const evidence = evidenceOf(entry, change);
      const name = `${plainLine(entry.metric)} of ${entry.subject}`;
      places.set(evidence, [...(places.get(evidence) ?? []), name]);
    }
  }
  if (places.size === 0) return [];
  return [
    'Where it changed',
    ...[...places].map(([evidence, names]) => `  ${evidence}\n    ${names.join(', ')}`),
  ];
}

function footnotes(history: History): string[] {
  return [methodText(history), ...markFootnotes(history.series)];
}
