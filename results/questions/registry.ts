import { inspection } from './inspection.ts';
import { memory } from './memory.ts';
import type { Question } from './question.ts';
import { services } from './services.ts';
import { startup } from './startup.ts';
import { work } from './work.ts';

/** Every scenario of which a reader has to know more than its record declares. */
export const questions: readonly Question[] = [startup, memory, services, inspection, work];

/** What is known of a scenario; of one that nobody has described, nothing but its id. */
export function questionOf(scenario: string): Question {
  return questions.find(({ id }) => id === scenario) ?? { id: scenario };
}
