import { gfm, type Markdown } from '../../../core/markup.ts';
import { plainLine } from '../../../core/text.ts';
import { footnotes as markFootnotes, markedMetric, markedSubject } from '../../marks.ts';
import type { GateResult, GateRow, GateVerdict } from '../verdict.ts';

const marks: Readonly<Record<GateVerdict, Markdown>> = {
  pass: gfm`✅ pass`,
  fail: gfm`❌ **fail**`,
  inconclusive: gfm`❔ inconclusive`,
  skipped: gfm`⏭ skipped`,
};

/** GitHub-flavoured Markdown, as a step summary takes it. Text of records is escaped. */
export function renderMarkdown({ passed, why, rows, warnings, baseline }: GateResult): string {
  const footnotes = [
    ...(baseline === undefined ? [] : [`Baseline: run ${baseline}`]),
    ...markFootnotes(rows),
  ];
  const lines = [
    line(['Rule', 'Of', 'Measured', 'Limit', 'Verdict']),
    gfm`| --- | --- | --- | --- | --- |`,
    ...rows.map(rowLine),
  ];
  const blocks = [
    gfm`## ${passed ? '✅' : '❌'} twinboot gate`,
    gfm`**${shown(why)}**`,
    ...(warnings.length === 0
      ? []
      : [
          gfm.join(
            warnings.map((warning) => gfm`- ⚠ ${shown(warning)}`),
            '\n',
          ),
        ]),
    gfm.join(lines, '\n'),
    ...(footnotes.length === 0 ? [] : [gfm.join(footnotes.map(shown), '<br>\n')]),
  ];
  return gfm.join(blocks, '\n\n').toString();
}

function rowLine(row: GateRow): Markdown {
  const verdict = marks[row.verdict];
  return line([
    shown(markedMetric(row.rule, row)),
    shown(markedSubject(row.subject, row)),
    shown(row.measured),
    shown(row.limit),
    row.reason === undefined ? verdict : gfm`${verdict} (${shown(row.reason)})`,
  ]);
}

function shown(text: string): string {
  return plainLine(text, 1000);
}

function line(cells: readonly (string | Markdown)[]): Markdown {
  return gfm`| ${gfm.join(cells, ' | ')} |`;
}
