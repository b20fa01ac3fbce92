import type { Question } from './question.ts';

export const work: Question = {
  id: 'work',
  inBrief: ['slowdown.system-call', 'slowdown.page-fault', 'slowdown.fork-exec', 'slowdown.tcp', 'slowdown.fsync'],
};
