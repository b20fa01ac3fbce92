import { escapeMarkdown, plainLine } from '../../../core/text.ts';
import { footnotes as markFootnotes, markedMetric, markedSubject } from '../../marks.ts';
import type { GateResult, GateRow, GateVerdict } from '../verdict.ts';

const marks: Readonly<Record<GateVerdict, string>> = {
  pass: '✅ pass',
  fail: '❌ **fail**',
  inconclusive: '❔ inconclusive',
  skipped: '⏭ skipped',
};

/** GitHub-flavoured Markdown, as a step summary takes it. Text of records is escaped. */
export function renderMarkdown({ passed, why, rows, warnings, baseline }: GateResult): string {
  const footnotes = [
    ...(baseline === undefined ? [] : [`Baseline: run ${baseline}`]),
    ...markFootnotes(rows),
  ];
  return [
    `## ${passed ? '✅' : '❌'} twinboot gate`,
    `**${text(why)}**`,
    ...(warnings.length === 0 ? [] : [warnings.map((warning) => `- ⚠ ${text(warning)}`).join('\n')]),
    [
      line(['Rule', 'Of', 'Measured', 'Limit', 'Verdict']),
      line(['---', '---', '---', '---', '---']),
      ...rows.map(rowLine),
    ].join('\n'),
    ...(footnotes.length === 0 ? [] : [footnotes.map(text).join('<br>\n')]),
  ].join('\n\n');
}

function rowLine(row: GateRow): string {
  return line([
    text(markedMetric(row.rule, row)),
    text(markedSubject(row.subject, row)),
    text(row.measured),
    text(row.limit),
    marks[row.verdict] + (row.reason === undefined ? '' : ` (${text(row.reason)})`),
  ]);
}

function text(words: string): string {
  return escapeMarkdown(plainLine(words, 1000));
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
