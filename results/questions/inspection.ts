import type { Question } from './question.ts';

export const inspection: Question = {
  id: 'inspection',
  // Of the host, and the same for every runtime.
  notCompared: ['inspection.loop-mount', 'inspection.debugfs'],
  inBrief: ['inspection.instance', 'inspection.loop-mount', 'inspection.debugfs'],
};
