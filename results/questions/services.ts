import type { Question } from './question.ts';

export const services: Question = {
  id: 'services',
  // The structural differences name each service, without any statistics, and `memory.total` holds their memory.
  notCompared: 'all',
  inBrief: ['services.running', 'services.repeated-anon'],
  hasOwnChart: true,
};
