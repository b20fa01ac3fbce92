import type { Question } from './question.ts';

export const isolation: Question = {
  id: 'isolation',
  inBrief: [
    'isolation.host-syscalls-allowed',
    'isolation.exploit-preconditions',
    'isolation.host-exploit-preconditions',
    'isolation.global-writable',
    'isolation.ways-out',
  ],
  exposure: [
    'isolation.host-syscalls-allowed',
    'isolation.host-exploit-preconditions',
    'isolation.global-writable',
  ],
  callsAllowed: { allowed: 'isolation.host-syscalls-allowed', all: 'isolation.syscalls-all' },
  // Counts that are the same in every boot, and stand in its tables.
  hasOwnChart: true,
};
