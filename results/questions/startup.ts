import type { Question } from './question.ts';

export const startup: Question = {
  id: 'startup',
  // The rung that all others lead to.
  alsoCompared: ['startup.ready'],
  inBrief: ['startup.init', 'startup.multi-user', 'startup.ready', 'startup.cpu', 'shutdown.total'],
  cost: 'startup.ready',
};
