import type { Question } from './question.ts';

export const fidelity: Question = {
  id: 'fidelity',
  inBrief: ['fidelity.failed-units', 'fidelity.journal-errors'],
  // Counts that are the same in every boot, and stand in its tables.
  hasOwnChart: true,
};
