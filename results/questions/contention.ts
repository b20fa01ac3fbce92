import type { Question } from './question.ts';

export const contention: Question = {
  id: 'contention',
  inBrief: ['cpu', 'memory', 'disk', 'processes', 'network', 'timers'].map(
    (stressor) => `contention.${stressor}`,
  ),
};
