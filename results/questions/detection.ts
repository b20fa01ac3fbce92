import type { Question } from './question.ts';

export const detection: Question = {
  id: 'detection',
  inBrief: ['detection.methods-right', 'detection.methods-wrong'],
  // Counts that are the same in every boot, and stand in its tables.
  hasOwnChart: true,
};
