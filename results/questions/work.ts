import type { Question } from './question.ts';

export const work: Question = {
  id: 'work',
  inBrief: ['cpu', 'system-call', 'page-fault', 'fork-exec', 'tcp'].map(
    (operation) => `slowdown.${operation}`,
  ),
};
