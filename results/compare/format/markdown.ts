import { escapeMarkdown, plainLine } from '../../../core/text.ts';
import { footnotes, markedMetric, markedSubject } from '../../marks.ts';
import type { ComparedSide, Comparison, ComparisonRow, StructuralDifference } from '../comparison.ts';
import {
  defaultFailOn,
  failuresOf,
  hasFailures,
  isFailingDifference,
  isFailingRow,
  type FailOn,
} from '../failures.ts';
import { verdictSentence } from '../sentence.ts';
import { environmentText, FORCED, medianText, percentText, pText, ratioText } from '../words.ts';

/** GitHub-flavoured Markdown, as a step summary takes it. Text of records is escaped. */
export function renderMarkdown(comparison: Comparison, failOn: readonly FailOn[] = defaultFailOn): string {
  const { base, next, rows, structure, environment, notes, options } = comparison;
  const failed = hasFailures(failuresOf(comparison, failOn));
  const marks = [
    ...footnotes(rows).map(escapeMarkdown),
    ...(environment.length > 0 ? [`† ${escapeMarkdown(`${FORCED}: ${environmentText(comparison)}`)}`] : []),
  ];
  const method =
    `Medians; NEW over BASE with its 95 % interval; p of a permutation test, corrected over all rows (Holm). ` +
    `Least effect ${percentText(options.minEffect)}, alpha ${options.alpha}.`;
  return [
    `## ${failed ? '❌' : '✅'} twinboot compare`,
    `**${escapeMarkdown(verdictSentence(comparison, failOn))}**`,
    [sideText('BASE', base), sideText('NEW', next)].join('<br>\n'),
    table(comparison, failOn),
    ...(structure.length === 0
      ? []
      : ['### Structural differences', structure.map((found) => differenceText(found, failOn)).join('\n')]),
    ...(notes.length === 0
      ? []
      : ['### Notes', notes.map((note) => `- ${escapeMarkdown(plainLine(note))}`).join('\n')]),
    [method, ...marks].join('<br>\n'),
  ].join('\n\n');
}

function sideText(what: string, { name, records, image, startedAt }: ComparedSide): string {
  const runs = records.length === 1 ? `run ${records[0] ?? ''}` : `${records.length} runs`;
  const text = `${name}: ${runs}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC, image ${image}`;
  return `${what} ${escapeMarkdown(plainLine(text))}`;
}

function table(comparison: Comparison, failOn: readonly FailOn[]): string {
  const lines = comparison.rows.map((row) =>
    line([
      escapeMarkdown(markedSubject(plainLine(row.subject), row)),
      escapeMarkdown(markedMetric(plainLine(row.metric), row)) +
        (comparison.environment.length > 0 ? ' †' : ''),
      medianText(row.base, row.unit),
      medianText(row.next, row.unit),
      escapeMarkdown(ratioText(row)),
      escapeMarkdown(pText(row.pCorrected)),
      `${row.base.n} / ${row.next.n}`,
      verdictText(row, failOn),
    ]),
  );
  return [
    line(['Runtime', 'Metric', 'BASE', 'NEW', 'NEW/BASE [95 %]', 'p', 'n', 'Verdict'].map(escapeMarkdown)),
    line(['---', '---', '---:', '---:', '---:', '---:', '---:', '---']),
    ...lines,
  ].join('\n');
}

const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

function verdictText(row: ComparisonRow, failOn: readonly FailOn[]): string {
  const word = isFailingRow(row, failOn) ? `❌ **${row.verdict}**` : row.verdict;
  const more = row.moreRounds === undefined ? [] : [`about ${row.moreRounds} more`];
  const said = [...more, ...(row.reason === undefined ? [] : [plainLine(row.reason)])];
  return said.length === 0 ? word : `${word} (${escapeMarkdown(said.join('; '))})`;
}

function differenceText(difference: StructuralDifference, failOn: readonly FailOn[]): string {
  const mark = isFailingDifference(difference, failOn) ? '❌ ' : '';
  return `- ${mark}${escapeMarkdown(plainLine(difference.message, 1000))} (\`${difference.kind}\`)`;
}
