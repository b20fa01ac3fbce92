import type { Question } from './question.ts';

export const memory: Question = {
  id: 'memory',
  // A cross-check, which moves with whatever else the host does.
  notCompared: ['memory.host-delta'],
  inBrief: ['memory.total'],
  cost: 'memory.total',
};
