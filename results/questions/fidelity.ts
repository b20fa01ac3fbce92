import { fidelityDetailsSchema } from '../exposure/fidelity.ts';
import type { Finding, Question } from './question.ts';

export const fidelity: Question = {
  id: 'fidelity',
  inBrief: ['fidelity.failed-units', 'fidelity.journal-errors'],
  // Counts that are the same in every boot, and stand in its tables.
  hasOwnChart: true,
  findingKinds: ['failed', 'skipped', 'error'],
  findings(details) {
    const { success, data } = fidelityDetailsSchema.safeParse(details);
    if (!success) return undefined;
    const { failed, skipped, journal = [] } = data;
    return [
      ...failed.map((name): Finding => ({ what: 'failed', name })),
      ...skipped.map(({ unit }): Finding => ({ what: 'skipped', name: unit })),
      ...journal.map((line): Finding => ({ what: 'error', name: withoutStamps(line) })),
    ];
  },
};

/** `[    5.123] host systemd[1]: Failed …` → `systemd: Failed …`: time, host and pid are others in every boot. */
function withoutStamps(line: string): string {
  return line
    .replace(/^\[ *\d+\.\d+\] \S+ /, '')
    .replace(/^([^\s:]+?)\[\d+\]:/, '$1:')
    .trim();
}
