import { printedLines, workflowCommand, type Printed } from '../../../core/printed.ts';
import { plainLine } from '../../../core/text.ts';
import { rowEvidence, ruleName } from '../evidence.ts';
import type { GateResult, GateRow } from '../verdict.ts';

/** GitHub shows ten annotations of a level for a step and drops the rest; the last word is kept for the sentence. */
const MOST_OF_A_LEVEL = 9;

/** GitHub's workflow commands: an error for each failed rule, a warning for what is undecided, the sentence last. */
export function renderGithub({ gate, passed, why, rows, warnings }: GateResult): Printed {
  const failed = rows.filter((row) => row.failed);
  const undecided = rows.filter((row) => !row.failed && row.verdict !== 'pass');
  const sentence = shown(whole(why, failed));
  return printedLines([
    ...limited(failed).map((row) => annotation('error', gate, row)),
    ...limited(undecided).map((row) => annotation('warning', gate, row)),
    ...warnings.map((text) => workflowCommand('notice', { title: 'twinboot gate' }, shown(text))),
    workflowCommand(passed ? 'notice' : 'error', { title: 'twinboot gate' }, sentence),
  ]);
}

function limited(rows: readonly GateRow[]): GateRow[] {
  return rows.slice(0, MOST_OF_A_LEVEL);
}

function whole(why: string, failed: readonly GateRow[]): string {
  const more = failed.length - MOST_OF_A_LEVEL;
  return more > 0 ? `${why} (${more} of them not shown as annotations)` : why;
}

function annotation(level: 'error' | 'warning', file: string, row: GateRow): Printed {
  const title = `twinboot: ${ruleName(row)}`;
  return workflowCommand(level, { file: shown(file), title: shown(title) }, shown(rowEvidence(row)));
}

function shown(text: string): string {
  return plainLine(text, 1000);
}
