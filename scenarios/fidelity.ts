import { createMeasured, defineScenario, metric } from './define.ts';

export const fidelity = defineScenario({
  id: 'fidelity',
  title: 'Fidelity',
  question: 'Does the unmodified image boot cleanly?',
  needs: ['fidelity', 'units'],
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

  measure({ fidelity: reading, units }, _circumstances, whyAbsent) {
    const measured = createMeasured();
    if (reading === undefined) {
      for (const { id } of fidelity.metrics) measured.put(id, undefined, whyAbsent('fidelity'));
      return measured;
    }
    const { state, failed, skipped, journal } = reading;
    const { put, details } = measured;
    put('fidelity.failed-units', failed.length, '');
    put('fidelity.skipped-units', skipped.length, '');
    put('fidelity.journal-errors', journal?.length, 'the instance has no journal that can be read');
    put(
      'fidelity.degraded',
      state === '' ? undefined : SOUND.has(state) ? 0 : 1,
      'systemctl did not say its state',
    );
    details.state = state;
    details.failed = failed;
    details.skipped = skipped.map((unit) => ({ unit, conditions: units?.failedConditions.get(unit) ?? [] }));
    details.journal = journal;
    return measured;
  },
});

/** systemctl(1), is-system-running. */
const SOUND = new Set(['initializing', 'starting', 'running', 'stopping']);
