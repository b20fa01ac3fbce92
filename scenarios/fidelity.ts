import { createMeasured, defineScenario, eachOf, metric } from '../harness/contract/scenario.ts';
import type { FidelityDetails } from '../results/exposure/fidelity.ts';

const METRICS = ['failed-units', 'skipped-units', 'journal-errors', 'degraded'].map(
  (name) => `fidelity.${name}`,
);

export const fidelity = defineScenario({
  id: 'fidelity',
  title: 'Fidelity',
  question: 'Does the unmodified image boot cleanly?',
  needs: ['fidelity', 'units'],
  // The journal is read whole, and systemd is asked of every unit: seconds on an emulated CPU.
  onlyWhenNamed: true,
  madeOf: eachOf(METRICS, ['fidelity']),
  metrics: [
    metric(
      'fidelity.failed-units',
      'count',
      'headline',
      'Failed units',
      'Units of any type that systemd calls failed once the instance has settled.',
    ),
    metric(
      'fidelity.skipped-units',
      'count',
      'headline',
      'Units skipped by a condition',
      'Units of any type but devices and scopes that were to start and did not, since a condition of theirs was not met.',
      'none',
    ),
    metric(
      'fidelity.journal-errors',
      'count',
      'headline',
      'Lines of errors in the journal',
      'Lines of this boot’s journal of priority err and worse, at most 500.',
    ),
    metric(
      'fidelity.degraded',
      'count',
      'detail',
      'Degraded',
      '1 where systemctl(1) calls the system anything but running, starting or stopping; 0 else.',
    ),
  ],

  measure({ fidelity: reading, units }) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    const { state, failed, skipped, journal, chain, hostChanges } = reading;
    const { put } = measured;
    put('fidelity.failed-units', failed.length, '');
    put('fidelity.skipped-units', skipped.length, '');
    put('fidelity.journal-errors', journal?.length, 'the instance has no journal that can be read');
    put(
      'fidelity.degraded',
      state === '' ? undefined : SOUND.has(state) ? 0 : 1,
      'systemctl did not say its state',
    );
    const details: FidelityDetails = {
      state,
      failed,
      skipped: skipped.map((unit) => ({ unit, conditions: units?.failedConditions.get(unit) ?? [] })),
      ...(journal !== undefined && { journal }),
      chain,
      hostChanges,
    };
    Object.assign(measured.details, details);
    return measured;
  },
});

/** systemctl(1), is-system-running. */
const SOUND = new Set(['initializing', 'starting', 'running', 'stopping']);
