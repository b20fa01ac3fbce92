import { attackSurface } from './attack-surface.ts';
import { contention } from './contention.ts';
import { detection } from './detection.ts';
import { fidelity } from './fidelity.ts';
import { isolation } from './isolation.ts';
import { inspection } from './inspection.ts';
import { memory } from './memory.ts';
import type { Question } from './question.ts';
import { services } from './services.ts';
import { startup } from './startup.ts';
import { work } from './work.ts';

/** Every scenario of which a reader has to know more than its record declares. */
export const questions: readonly Question[] = [
  ...[startup, memory, services],
  ...[isolation, detection, fidelity],
  ...[inspection, work],
  ...[attackSurface, contention],
];

/** What is known of a scenario; of one that nobody has described, nothing but its id. */
export function questionOf(scenario: string): Question {
  return questions.find(({ id }) => id === scenario) ?? { id: scenario };
}

/** Those that tell what is not clean in a boot. */
export const findingQuestions = questions.flatMap(({ id, findings }) =>
  findings === undefined ? [] : [{ id, findings }],
);

/** Every kind of finding that a file can expect. */
export const findingKinds: readonly string[] = questions.flatMap(({ findingKinds: kinds = [] }) => kinds);
