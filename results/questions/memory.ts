import type { Question } from './question.ts';

export const memory: Question = {
  id: 'memory',
  // A cross-check, which moves with whatever else the host does.
  notCompared: ['memory.host-delta'],
  inBrief: ['memory.total'],
  cost: 'memory.total',
  sentences: { 'memory.total': { verb: (value) => `cost the host ${value} of memory` } },
  emulation: { charged: 'memory.total', part: 'memory.translation-cache' },
  charge: { charged: 'memory.total', pss: 'memory.pss', elsewhere: 'memory.charged-elsewhere' },
};
