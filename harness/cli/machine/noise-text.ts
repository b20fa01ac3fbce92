import { plainLine } from '../../../core/text.ts';
import { formatCount } from '../../../core/words.ts';
import { findsText, type Advice } from '../../../results/noise/advice.ts';
import type { NoiseReport } from '../../../results/noise/noise.ts';
import { noiseTable } from '../../../results/tables/noise.ts';
import { tableFootnotes, tableLines } from '../table.ts';

/** The noise of a run for people: a block for each runtime, the split, how to read it, and the advice last. */
export function noiseText(report: NoiseReport, advice: readonly Advice[]): string {
  const table = noiseTable(report);
  return [
    [headline(report)],
    report.rows.length === 0 ? ['There is not a single value.'] : tableLines(table),
    [splitSentence(report)],
    [...footnotes(report), ...tableFootnotes([table])],
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
