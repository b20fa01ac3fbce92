import type { Question } from './question.ts';

export const attackSurface: Question = { id: 'attack-surface', callsUsed: 'attack-surface.calls' };
