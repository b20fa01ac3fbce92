import { gfm, type Markdown } from '../../../core/markup.ts';
import { plainLine } from '../../../core/text.ts';
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
import { environmentText, FORCED, medianText, percentText, pText, ratioText } from '../row-text.ts';

/** GitHub-flavoured Markdown, as a step summary takes it. Text of records is escaped. */
export function renderMarkdown(comparison: Comparison, failOn: readonly FailOn[] = defaultFailOn): string {
  const { base, next, rows, structure, environment, notes, options } = comparison;
  const failed = hasFailures(failuresOf(comparison, failOn));
  const marks = [
    ...footnotes(rows),
    ...(environment.length > 0 ? [`† ${FORCED}: ${environmentText(comparison)}`] : []),
  ];
  const method =
    `Medians; NEW over BASE with its 95 % interval; p of a permutation test, corrected over all rows (Holm). ` +
    `Least effect ${percentText(options.minEffect)}, alpha ${options.alpha}.`;
  const blocks = [
    gfm`## ${failed ? '❌' : '✅'} twinboot compare`,
    gfm`**${verdictSentence(comparison, failOn)}**`,
    gfm.join([sideText('BASE', base), sideText('NEW', next)], '<br>\n'),
    table(comparison, failOn),
    ...(structure.length === 0
      ? []
      : [
          gfm`### Structural differences`,
          gfm.join(
            structure.map((found) => differenceText(found, failOn)),
            '\n',
          ),
        ]),
    ...(notes.length === 0
      ? []
      : [
          gfm`### Notes`,
          gfm.join(
            notes.map((note) => gfm`- ${plainLine(note)}`),
            '\n',
          ),
        ]),
    gfm.join([method, ...marks], '<br>\n'),
  ];
  return gfm.join(blocks, '\n\n').toString();
}

function sideText(what: string, { name, records, image, startedAt }: ComparedSide): string {
  const runs = records.length === 1 ? `run ${records[0] ?? ''}` : `${records.length} runs`;
  const text = `${name}: ${runs}, ${startedAt.slice(0, 16).replace('T', ' ')} UTC, image ${image}`;
  return `${what} ${plainLine(text)}`;
}

function table(comparison: Comparison, failOn: readonly FailOn[]): Markdown {
  const lines = comparison.rows.map((row) =>
    line([
      markedSubject(plainLine(row.subject), row),
      markedMetric(plainLine(row.metric), row) + (comparison.environment.length > 0 ? ' †' : ''),
      medianText(row.base, row.unit),
      medianText(row.next, row.unit),
      ratioText(row),
      pText(row.pCorrected),
      `${row.base.n} / ${row.next.n}`,
      verdictText(row, failOn),
    ]),
  );
  return gfm.join(
    [
      line(['Runtime', 'Metric', 'BASE', 'NEW', 'NEW/BASE [95 %]', 'p', 'n', 'Verdict']),
      gfm`| --- | --- | ---: | ---: | ---: | ---: | ---: | --- |`,
      ...lines,
    ],
    '\n',
  );
}

const line = (cells: readonly (string | Markdown)[]): Markdown => gfm`| ${gfm.join(cells, ' | ')} |`;

function verdictText(row: ComparisonRow, failOn: readonly FailOn[]): Markdown {
  const word = isFailingRow(row, failOn) ? gfm`❌ **${row.verdict}**` : gfm`${row.verdict}`;
  const more = row.moreRounds === undefined ? [] : [`about ${row.moreRounds} more`];
  const said = [...more, ...(row.reason === undefined ? [] : [plainLine(row.reason)])];
  return said.length === 0 ? word : gfm`${word} (${said.join('; ')})`;
}

function differenceText(difference: StructuralDifference, failOn: readonly FailOn[]): Markdown {
  const mark = isFailingDifference(difference, failOn) ? '❌ ' : '';
  return gfm`- ${mark}${plainLine(difference.message, 1000)} (\`${difference.kind}\`)`;
}
