import { groupBy } from '../../core/group-by.ts';
import { formatCount, formatList } from '../../core/words.ts';
import { footnote, footnotes, markedMetric } from '../../results/marks.ts';
import type { History, HistorySeries } from '../../results/history/history.ts';
import { changeSentence, dayOf, evidenceOf, methodText } from '../../results/history/change-text.ts';
import { formatTime } from '../../results/tables/format.ts';
import { historyTable, runsTable, subjectName } from '../../results/tables/history.ts';
import type { Table } from '../../results/tables/table.ts';
import type { MetricSeries } from './series-chart.ts';

/** Everything that the page says, as plain text; the template only lays it out. */
export interface HistoryPage {
  title: string;
  subtitle: string;
  answer: string;
  /** Of emulated runtimes. */
  mark?: string;
  /** Of times. */
  timeMarks: string[];
  findings: Table;
  places: Place[];
  runs: Table;
  leftOut: History['leftOut'];
  method: string;
}

/** Two runs between which something changed. */
interface Place {
  title: string;
  /** Their ids, and what differs between them. */
  evidence: string;
  changes: { name: string; text: string }[];
}

/** Pairs of a VM with a container are drawn up to here; beyond, only those that changed. */
const MOST_PAIRS = 2;

export function pageModel(history: History): HistoryPage {
  const { records, series, leftOut } = history;
  const [first, last] = [records[0], records.at(-1)];
  const images = [...new Set(records.map(({ imageName }) => imageName))];
  return {
    title: `${formatList(images.slice(0, 3))}: history of ${formatCount(records.length, 'run')}`,
    subtitle:
      first === undefined || last === undefined
        ? ''
        : `${formatTime(first.startedAt)} to ${formatTime(last.startedAt)} · twinboot ${formatList([...new Set(records.map(({ tool }) => tool))].slice(-3))}`,
    answer: answerOf(series),
    ...(series.some(({ emulated }) => emulated) ? { mark: footnote('emulated') } : {}),
    timeMarks: footnotes(series.map((entry) => ({ ...entry, emulated: false }))),
    findings: historyTable(series),
    places: placesOf(series),
    runs: runsTable(records),
    leftOut,
    method: methodText(history),
  };
}

/**
 * By metric, each with its subjects (an emulated one apart from itself under KVM); of many pairs only those that
 * changed.
 */
export function drawnSeries({ series }: History): MetricSeries[] {
  const pairs = new Set(
    series.filter(({ kind }) => kind === 'vm-over-container').map(({ subject }) => subject),
  );
  const drawn = series.filter(
    ({ kind, finding }) =>
      kind !== 'vm-over-container' || pairs.size <= MOST_PAIRS || finding.verdict === 'changed',
  );
  return groupBy(drawn, ({ metric }) => metric).flatMap((ofMetric) => {
    const [first] = ofMetric;
    if (first === undefined) return [];
    const { scenario, metric, title } = first;
    return [{ scenario, metric, title, subjects: groupBy(ofMetric, subjectName) }];
  });
}

function answerOf(series: readonly HistorySeries[]): string {
  const count = (verdict: HistorySeries['finding']['verdict']): number =>
    series.filter(({ finding }) => finding.verdict === verdict).length;
  const worse = series.filter(({ finding }) =>
    finding.changes.some(({ direction }) => direction === 'worse'),
  );
  const parts = [
    `${count('changed')} of ${series.length} series changed${worse.length === 0 ? '' : `, ${worse.length} of them for the worse`}`,
    ...(count('steady') > 0 ? [`${count('steady')} are steady`] : []),
    ...(count('unclear') > 0 ? [`of ${count('unclear')} the noise would hide a change`] : []),
    ...(count('too-few') > 0 ? [`for ${count('too-few')} there are too few runs to tell`] : []),
  ];
  return `${parts.join('; ')}.`;
}

/** In order of time. */
function placesOf(series: readonly HistorySeries[]): Place[] {
  const all = series.flatMap((entry) =>
    entry.finding.changes.map((change) => ({
      at: entry.points[change.kind === 'step' ? change.after : change.before]?.record.startedAt ?? '',
      kind: change.kind,
      evidence: evidenceOf(entry, change),
      change: {
        name: `${markedMetric(entry.metric, entry)} of ${subjectName(entry)}`,
        text: changeSentence(entry, change),
      },
    })),
  );
  return groupBy(all, ({ evidence }) => evidence)
    .flatMap((group) => {
      const [first] = group;
      if (first === undefined) return [];
      return [{ ...first, changes: group.map(({ change }) => change) }];
    })
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map(({ at, kind, evidence, changes }) => ({
      title: kind === 'step' ? dayOf(at) : `Since ${dayOf(at)}`,
      evidence,
      changes,
    }));
}
