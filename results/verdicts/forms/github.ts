import { printedLines, workflowCommand, type Printed } from '../../../core/printed.ts';
import { plainLine } from '../../../core/text.ts';
import type { Outcome, VerdictDocument } from '../document.ts';

/** GitHub shows ten annotations of a level for a step, and drops the rest without a word. */
const MOST_OF_A_LEVEL = 10;

const levels = ['error', 'warning', 'notice'] as const;
type Level = (typeof levels)[number];

const levelOf: Readonly<Record<Exclude<Outcome, 'passed'>, Level>> = {
  failed: 'error',
  tolerated: 'warning',
  undecided: 'warning',
  skipped: 'warning',
  noted: 'notice',
};

interface Annotation {
  level: Level;
  title: string;
  message: string;
  file?: string | undefined;
}

/**
 * GitHub's workflow commands: an error for what fails, a warning for what is undecided or worse, a notice for the rest,
 * and the whole in one sentence last. Rows that pass say nothing. Of a level with more than ten, the last place says how
 * many are left out.
 */
export function renderGithub(document: VerdictDocument): Printed {
  const { title, passed, sentence } = document;
  const whole: Annotation = { level: passed ? 'notice' : 'error', title, message: sentence };
  const annotations = annotationsOf(document);
  const shown = levels.flatMap((level) => {
    const room = MOST_OF_A_LEVEL - (whole.level === level ? 1 : 0);
    const ofLevel = annotations.filter((annotation) => annotation.level === level);
    return limited(ofLevel, room, { level, title });
  });
  return printedLines([...shown, whole].map(commandOf));
}

function annotationsOf({ title, file, rows, differences, notes }: VerdictDocument): Annotation[] {
  return [
    ...rows.flatMap(({ outcome, fullName, verdict, evidence }): Annotation[] =>
      outcome === 'passed'
        ? []
        : [{ level: levelOf[outcome], title: `twinboot: ${fullName}: ${verdict}`, message: evidence, file }],
    ),
    ...differences.map(({ kind, outcome, message }) => ({
      level: levelOf[outcome],
      title: `twinboot: ${kind}`,
      message,
    })),
    ...notes.map((message) => ({ level: 'notice' as const, title, message })),
  ];
}

function limited(
  annotations: readonly Annotation[],
  room: number,
  rest: Pick<Annotation, 'level' | 'title'>,
): Annotation[] {
  if (annotations.length <= room) return [...annotations];
  const shown = annotations.slice(0, room - 1);
  return [...shown, { ...rest, message: `and ${annotations.length - shown.length} more of this level` }];
}

function commandOf({ level, file, title, message }: Annotation): Printed {
  const place = file === undefined ? {} : { file: plainLine(file, 1000) };
  return workflowCommand(level, { ...place, title: plainLine(title) }, plainLine(message, 1000));
}
