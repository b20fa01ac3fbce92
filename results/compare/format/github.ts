import { printedLines, workflowCommand, type Printed } from '../../../core/printed.ts';
import { plainLine } from '../../../core/text.ts';
import type { Comparison, ComparisonRow } from '../comparison.ts';
import {
  defaultFailOn,
  failuresOf,
  hasFailures,
  isFailingDifference,
  isFailingRow,
  type FailOn,
} from '../failures.ts';
import { verdictSentence } from '../sentence.ts';
import { rowEvidence, rowName } from '../row-text.ts';

/** GitHub shows ten annotations of a level for a step, and drops the rest without a word. */
const MOST_OF_A_LEVEL = 10;

type Level = 'error' | 'warning' | 'notice';

interface Annotation {
  level: Level;
  title: string;
  message: string;
}

/**
 * GitHub's workflow commands: an error for what fails, a warning for what is undecided or changed for the worse, a
 * notice for the rest, and the whole in one sentence last. Rows that pass say nothing.
 */
export function renderGithub(comparison: Comparison, failOn: readonly FailOn[] = defaultFailOn): Printed {
  const annotations = [
    ...comparison.rows
      .filter(({ verdict }) => verdict !== 'pass')
      .map((row) => ofRow(row, comparison, failOn)),
    ...comparison.structure.map((difference): Annotation => ({
      level: isFailingDifference(difference, failOn) ? 'error' : 'notice',
      title: `twinboot: ${difference.kind}`,
      message: plainLine(difference.message, 1000),
    })),
  ];
  const whole: Annotation = {
    level: hasFailures(failuresOf(comparison, failOn)) ? 'error' : 'notice',
    title: 'twinboot compare',
    message: verdictSentence(comparison, failOn),
  };
  const shown = (['error', 'warning', 'notice'] as const)
    .flatMap((level) => {
      const room = MOST_OF_A_LEVEL - (whole.level === level ? 1 : 0);
      return limited(
        level,
        room,
        annotations.filter((annotation) => annotation.level === level),
      );
    })
    .concat(whole);
  return printedLines(shown.map(({ level, title, message }) => workflowCommand(level, { title }, message)));
}

function ofRow(row: ComparisonRow, comparison: Comparison, failOn: readonly FailOn[]): Annotation {
  const level = isFailingRow(row, failOn) ? 'error' : row.verdict === 'improvement' ? 'notice' : 'warning';
  return {
    level,
    title: `twinboot: ${row.verdict} in ${rowName(row)}`,
    message: rowEvidence(row, comparison),
  };
}

function limited(level: Level, room: number, annotations: readonly Annotation[]): Annotation[] {
  if (annotations.length <= room) return [...annotations];
  const shown = annotations.slice(0, room - 1);
  const left = annotations.length - shown.length;
  return [...shown, { level, title: 'twinboot compare', message: `and ${left} more of this level` }];
}
