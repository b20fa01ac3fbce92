import type { MinimumMemory } from '../results/fleet/minimum-memory.ts';
import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';

export const minimumMemory = defineScenario({
  id: 'minimum-memory',
  title: 'Minimum memory',
  question: 'What is the smallest limit, or the smallest VM, in which the image still gets ready?',
  needs: ['minimum-memory'],
  takes: ['reserveBytes', 'raiseLimits'],
  metrics: [
    metric(
      'minimum-memory.limit',
      'bytes',
      'headline',
      'Minimum memory',
      'The smallest memory limit (container) or size of the VM that still reaches `ready` in at most 10 s, or three times ' +
        'as long as with the memory of the run, and never beyond --timeout. By bisection down to 2 MiB or 5 %.',
    ),
  ],

  measure({ 'minimum-memory': reading }) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    const { trials, deadlineMs, resolutionBytes, smallestBytes } = reading;
    // Only the first trial, with the memory of the run, can leave the bisection without a result.
    measured.put('minimum-memory.limit', smallestBytes, trials[0]?.reason ?? 'no boot was tried');
    // A reading grows on after it was measured.
    const details: MinimumMemory = { trials: [...trials], deadlineMs, resolutionBytes };
    Object.assign(measured.details, details);
    return measured;
  },
});
