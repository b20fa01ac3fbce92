import { gfm, gfmTable, type Markdown } from '../../../core/markup.ts';
import { plainLine } from '../../../core/text.ts';
import { markedMetric, markedSubject } from '../../marks.ts';
import {
  footnotesOf,
  rowsBySubject,
  verdictText,
  type Difference,
  type Outcome,
  type VerdictDocument,
  type VerdictRow,
} from '../document.ts';

const signs: Readonly<Record<Outcome, string>> = {
  passed: '✅',
  noted: '✅',
  tolerated: '⚠',
  undecided: '❔',
  skipped: '⏭',
  failed: '❌',
};

/** GitHub-flavoured Markdown, as a step summary takes it. */
export function renderMarkdown(document: VerdictDocument): string {
  const { title, passed, sentence, caveat, about, notes, differences } = document;
  const blocks = [
    [gfm`## ${signs[passed ? 'passed' : 'failed']} ${title}`],
    [gfm`**${shown(sentence)}**`],
    [...(caveat === undefined ? [] : [caveat]), ...notes].map((note) => gfm`- ⚠ ${shown(note)}`),
    paragraph(about.map(({ label, text }) => `${label} ${text}`)),
    [tableOf(document)],
    ...blameBlocks(document),
    differences.length === 0 ? [] : [gfm`### Structural differences`],
    differences.map(differenceLine),
    paragraph(footnotesOf(document)),
  ];
  const written = blocks.filter((lines) => lines.length > 0).map((lines) => gfm.join(lines, '\n'));
  return gfm.join(written, '\n\n').toString();
}

/** Lines of one paragraph, each on a line of its own. */
function paragraph(lines: readonly string[]): Markdown[] {
  return lines.length === 0 ? [] : [gfm.join(lines.map(shown), '<br>\n')];
}

function tableOf(document: VerdictDocument): Markdown {
  const { rowTitle, columns, markOfAll } = document;
  const mark = markOfAll === undefined ? '' : ` ${markOfAll.symbol}`;
  return gfmTable(
    ['of', rowTitle, ...columns.map(({ title }) => title), 'verdict'],
    rowsBySubject(document)
      .flat()
      .map((row) => [
        shown(markedSubject(row.subject, row)),
        shown(markedMetric(row.name, row) + mark),
        ...row.cells.map(shown),
        verdictCell(row),
      ]),
    ['left', 'left', ...columns.map(({ align }) => align), 'left'],
  );
}

function verdictCell(row: VerdictRow): Markdown {
  const text = verdictText(row);
  const verdict = row.outcome === 'failed' ? gfm`**${text}**` : gfm`${text}`;
  const signed = gfm`${signs[row.outcome]} ${verdict}`;
  return row.reason === undefined ? signed : gfm`${signed} (${shown(row.reason)})`;
}

function blameBlocks({ rows }: VerdictDocument): Markdown[][] {
  return rows.flatMap(({ fullName, blame }) =>
    blame === undefined
      ? []
      : [[gfm`### What took longer before ${shown(fullName)}`], blame.map((line) => gfm`- ${shown(line)}`)],
  );
}

function differenceLine({ outcome, message, kind }: Difference): Markdown {
  const sign = outcome === 'failed' ? `${signs.failed} ` : '';
  return gfm`- ${sign}${shown(message)} (\`${kind}\`)`;
}

const shown = (text: string): string => plainLine(text, 1000);
