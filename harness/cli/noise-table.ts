import { alignColumns } from '../../core/columns.ts';
import { groupBy } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { formatValue } from '../../core/units.ts';
import { NOTHING, formatCount } from '../../core/words.ts';
import { footnotes as markFootnotes, markedMetric, markedSubject, together } from '../../results/marks.ts';
import { findsText, shareText, type Advice } from '../../results/noise/advice.ts';
import { ASKED_ROUNDS, type NoiseReport, type NoiseRow } from '../../results/noise/noise.ts';

const HEAD = ['metric', 'median', 'CV', 'robust', 'drift', ...ASKED_ROUNDS.map((n) => `finds n=${n}`)];

/** The noise of a run for people: a block for each runtime, the split, how to read it, and the advice last. */
export function noiseTable(report: NoiseReport, advice: readonly Advice[]): string {
  return [
    [headline(report)],
    figureLines(report),
    [splitSentence(report)],
    footnotes(report),
    adviceLines(advice),
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function headline({ record, startedAt, image, rounds }: NoiseReport): string {
  const when = startedAt.slice(0, 16).replace('T', ' ');
  return plainLine(`noise of ${record}, ${when} UTC, image ${image}, ${formatCount(rounds, 'round')}`);
}

function figureLines(report: NoiseReport): string[] {
  const { rows } = report;
  if (rows.length === 0) return ['There is not a single value.'];
  const aligns = HEAD.map((_, column) => (column === 0 ? ('left' as const) : ('right' as const)));
  return alignColumns(
    [
      HEAD,
      ...groupBy(rows, ({ runtime }) => runtime).flatMap((group) => [
        [headingOf(group)],
        ...group.map((row) => cellsOf(row, report)),
        ...reasonLines(group).map((line) => [line]),
      ]),
    ],
    aligns,
  );
}

function cellsOf(row: NoiseRow, { alpha }: NoiseReport): string[] {
  const { metric, median, unit, cv, robustCv, drift, detectable } = row;
  const share = (value: number | undefined): string => (value === undefined ? NOTHING : shareText(value));
  return [
    `  ${markedMetric(plainLine(metric), row)}`,
    formatValue(median, unit),
    share(cv),
    share(robustCv),
    driftText(drift, alpha),
    ...ASKED_ROUNDS.map((asked) => {
      const found = detectable?.find(({ rounds }) => rounds === asked);
      return found === undefined ? NOTHING : found.effect === undefined ? 'none' : shareText(found.effect);
    }),
  ];
}

function driftText(drift: NoiseRow['drift'], alpha: number): string {
  if (drift === undefined) return NOTHING;
  if (drift.pCorrected > alpha) return 'no';
  return `${drift.change < 0 ? '-' : '+'}${shareText(Math.abs(drift.change))}`;
}

/** `qemu *  (n = 20)` */
function headingOf(group: readonly NoiseRow[]): string {
  const runtime = plainLine(group[0]?.runtime ?? '');
  const counts = [...new Set(group.map(({ n }) => n))];
  return `${markedSubject(runtime, together(group))}  (n = ${counts.join(', ')})`;
}

/** Each reason once. */
function reasonLines(group: readonly NoiseRow[]): string[] {
  return [...new Set(group.flatMap(({ reason }) => reason ?? []))].map((reason) => {
    const metrics = group.filter((row) => row.reason === reason).map(({ metric }) => plainLine(metric));
    return `  ! ${metrics.length === group.length ? '' : `${metrics.join(', ')}: `}${reason}`;
  });
}

function splitSentence({ split }: NoiseReport): string {
  if (split === undefined)
    return 'A/A: there are too few rounds, or figures, to compare odd rounds with even ones.';
  const { judged, alarms } = split;
  return alarms.length === 0
    ? `A/A: odd rounds against even ones: no false alarm in ${formatCount(judged, 'figure')}.`
    : `A/A: odd rounds against even ones: ${formatCount(alarms.length, 'false alarm')} in ${formatCount(judged, 'figure')}.`;
}

function footnotes(report: NoiseReport): string[] {
  const found = report.rows.flatMap(({ detectable = [] }) => detectable);
  return [
    'CV: standard deviation over mean. robust: the same from the median absolute deviation, which single boots far out',
    'hardly move. drift: over all rounds (Theil–Sen), where it is beyond chance (Mann–Kendall, p corrected over all rows).',
    ...(found.length > 0 ? findsText(report) : []),
    ...(found.some(({ effect }) => effect === undefined)
      ? ['none: no p of so few rounds could be small enough.']
      : []),
    ...markFootnotes(report.rows),
  ];
}

function adviceLines(advice: readonly Advice[]): string[] {
  if (advice.length === 0) return ['Nothing to advise.'];
  return [
    'Advice',
    ...advice.flatMap(({ about, text, fix }) => [
      `  ! ${about}: ${text}`,
      ...(fix === undefined ? [] : [`    → ${fix}`]),
    ]),
  ];
}
