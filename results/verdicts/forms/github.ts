import { printedLines, workflowCommand, type Printed } from '../../../core/printed.ts';
import { plainLine } from '../../../core/text.ts';
import type { Outcome, VerdictDocument } from '../document.ts';

/** GitHub shows ten annotations of a level for a step, and drops the rest without a word. */
const MOST_OF_A_LEVEL = 10;

const levels = ['error', 'warning', 'notice'] as const;
type Level = (typeof levels)[number];

/** Of outcomes that decide something. */
const levelOf: Readonly<Partial<Record<Outcome, Level>>> & Readonly<Record<'noted' | 'failed', Level>> = {
  failed: 'error',
  tolerated: 'warning',
  noted: 'notice',
};

interface Annotation {
  level: Level;
  title: string;
  message: string;
  file?: string | undefined;
}

/**
 * GitHub's workflow commands: an error for what fails, a warning for what is worse and was told not to count, a notice
 * for what got better or differs, and the whole in one sentence last, a warning where something is undecided. Rows that
 * decide nothing, since they pass, are undecided or were not judged, say nothing. Of a level with more than ten, the
 * last place says how many are left out.
 */
export function renderGithub(document: VerdictDocument): Printed {
  const { title, sentence } = document;
  const whole: Annotation = { level: levelOfAll(document), title, message: sentence };
  const annotations = annotationsOf(document);
  const shown = levels.flatMap((level) => {
    const room = MOST_OF_A_LEVEL - (whole.level === level ? 1 : 0);
    const ofLevel = annotations.filter((annotation) => annotation.level === level);
    return limited(ofLevel, room, { level, title });
  });
  return printedLines([...shown, whole].map(commandOf));
}

/** What is not decided, and what could not be judged, is no green tick. */
function levelOfAll({ passed, rows }: VerdictDocument): Level {
  if (!passed) return 'error';
  return rows.some(({ outcome }) => outcome === 'undecided' || outcome === 'skipped') ? 'warning' : 'notice';
}

function annotationsOf({ title, file, caveat, rows, differences, notes }: VerdictDocument): Annotation[] {
  return [
    ...(caveat === undefined ? [] : [{ level: 'warning' as const, title, message: caveat }]),
    ...rows.flatMap(({ outcome, fullName, verdict, evidence, blame }): Annotation[] => {
      const level = levelOf[outcome];
      if (level === undefined) return [];
      const message = blame === undefined ? evidence : `${evidence}. What took longer: ${blame.join('; ')}`;
      return [{ level, title: `twinboot: ${fullName}: ${verdict}`, message, file }];
    }),
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
