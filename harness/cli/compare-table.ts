import { colouredLine, printed, printedBlocks, type Colour, type Printed } from '../../core/printed.ts';
import { plainLine } from '../../core/text.ts';
import { formatList } from '../../core/words.ts';
import type { ComparedSide, Comparison, ComparisonRow, Verdict } from '../../results/compare/comparison.ts';
import { defaultFailOn, isFailingDifference, type FailOn } from '../../results/compare/failures.ts';
import { verdictSentence } from '../../results/compare/sentence.ts';
import {
  environmentText,
  FORCED,
  medianText,
  percentText,
  pText,
  ratioText,
} from '../../results/compare/row-text.ts';
import { footnotes as markFootnotes, markedMetric, markedSubject, together } from '../../results/marks.ts';
import { aligned } from './columns.ts';

export interface TableOptions {
  failOn?: readonly FailOn[];
  /** Whether verdicts are coloured: for a terminal only. */
  colour?: boolean;
}

/** The comparison for people: a block for each runtime, then what needs no statistics, the verdict last. */
export function compareTable(comparison: Comparison, options: TableOptions = {}): Printed {
  const { failOn = defaultFailOn, colour = false } = options;
  return printedBlocks([
    sideLines(comparison),
    figureLines(comparison, colour),
    structureLines(comparison, failOn),
    comparison.notes.map((note) => `! ${plainLine(note)}`),
    footnotes(comparison),
    [verdictSentence(comparison, failOn)],
  ]);
}

function sideLines({ base, next }: Comparison): string[] {
  const text = ({ name, records, image, startedAt }: ComparedSide): string => {
    const runs = records.length === 1 ? '' : `, ${records.length} runs`;
    return plainLine(`${name}${runs}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC, image ${image}`);
  };
  return [`BASE  ${text(base)}`, `NEW   ${text(next)}`];
}

const HEAD = ['metric', 'BASE', 'NEW', 'NEW/BASE [95 %]', 'p', 'verdict'];

function figureLines(comparison: Comparison, colour: boolean): (string | Printed)[] {
  const { rows } = comparison;
  const cells = new Map(rows.map((row) => [row, cellsOf(row, comparison)]));
  const widths = HEAD.map((head, column) =>
    Math.max(head.length, ...[...cells.values()].map((texts) => texts[column]?.length ?? 0)),
  );
  const subjects = [...new Set(rows.map(({ subject }) => subject))];
  return [
    aligned(HEAD, widths),
    ...subjects.flatMap((subject) => {
      const group = rows.filter((row) => row.subject === subject);
      return [
        headingOf(group),
        ...group.map((row) => coloured(aligned(cells.get(row) ?? [], widths), row.verdict, colour)),
        ...reasonLines(group),
      ];
    }),
  ];
}

function cellsOf(row: ComparisonRow, { environment }: Comparison): string[] {
  const more = row.moreRounds === undefined ? '' : `, ~${row.moreRounds} more`;
  return [
    `  ${markedMetric(plainLine(row.metric), row)}${environment.length > 0 ? ' †' : ''}`,
    medianText(row.base, row.unit),
    medianText(row.next, row.unit),
    ratioText(row),
    pText(row.pCorrected),
    `${row.verdict}${more}`,
  ];
}

/** `qemu *  (n = 12 and 12)`; of rows that differ, the counts of each. */
function headingOf(group: readonly ComparisonRow[]): string {
  const subject = plainLine(group[0]?.subject ?? '');
  const counts = [...new Set(group.map(({ base, next }) => `${base.n} and ${next.n}`))];
  return `${markedSubject(subject, together(group))}  (n = ${counts.join(', ')})`;
}

/** Each reason once, with the metrics that it holds for. */
function reasonLines(group: readonly ComparisonRow[]): string[] {
  const reasons = [...new Set(group.flatMap(({ reason }) => reason ?? []))];
  return reasons.map((reason) => {
    const metrics = group.filter((row) => row.reason === reason).map(({ metric }) => plainLine(metric));
    const whose = metrics.length === group.length ? '' : `${formatList(metrics)}: `;
    return `  ! ${whose}${plainLine(reason)}`;
  });
}

const colours = {
  regression: 'red',
  missing: 'red',
  improvement: 'green',
  inconclusive: 'yellow',
  pass: undefined,
} as const satisfies Record<Verdict, Colour | undefined>;

/** The verdict is what a line ends with. */
function coloured(line: string, verdict: Verdict, useColour: boolean): Printed {
  const colour = colours[verdict];
  if (!useColour || colour === undefined) return printed(line);
  const start = line.lastIndexOf(verdict);
  return colouredLine([{ text: line.slice(0, start) }, { text: line.slice(start), colour }]);
}

function structureLines({ structure }: Comparison, failOn: readonly FailOn[]): string[] {
  if (structure.length === 0) return [];
  return [
    'Structural differences',
    ...structure.map((difference) => {
      const mark = isFailingDifference(difference, failOn) ? '✗' : '-';
      return `  ${mark} ${plainLine(difference.message, 1000)} [${difference.kind}]`;
    }),
  ];
}

function footnotes(comparison: Comparison): string[] {
  const { rows, environment, options } = comparison;
  return [
    `Medians. p: permutation test, corrected over all rows (Holm); least effect ${percentText(options.minEffect)}, alpha ${options.alpha}.`,
    ...(rows.some(({ kind }) => kind === 'vm-over-container')
      ? ['A VM / a container: the median of the ratios by round.']
      : []),
    ...(rows.some(({ moreRounds }) => moreRounds !== undefined)
      ? ['~n more: about so many more rounds a side would decide']
      : []),
    ...markFootnotes(rows),
    ...(environment.length > 0 ? [`† ${FORCED}: ${environmentText(comparison)}`] : []),
  ];
}
