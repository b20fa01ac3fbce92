import { burstFigures } from '../results/fleet/figures.ts';
import type { Burst, Storm } from '../results/fleet/storm.ts';
import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';

const LARGEST = 'Of the largest burst in which every instance got ready.';
const NEVER_WHOLE = 'in no burst did every instance get ready';

export const storm = defineScenario({
  id: 'storm',
  title: 'Boot storm',
  question: 'How long until all are ready, when many start at once?',
  needs: ['storm'],
  takes: ['bursts', 'reserveBytes', 'raiseLimits'],
  metrics: [
    metric(
      'storm.throughput',
      'count/s',
      'headline',
      'Boots per second',
      `Instances over the time from the first t0 to the last \`ready\`, all started at once. ${LARGEST}`,
      'higher',
    ),
    metric(
      'storm.all-ready',
      'ms',
      'headline',
      'All ready',
      `From the first t0 to the last \`ready\`, all started at once. ${LARGEST}`,
    ),
    metric(
      'storm.ready-median',
      'ms',
      'headline',
      'Median boot of a storm',
      `t0 to \`ready\` of each instance, the median of all that started at once. ${LARGEST}`,
    ),
    metric(
      'storm.ready-slowest',
      'ms',
      'headline',
      'Slowest boot of a storm',
      `t0 to \`ready\` of each instance, the longest of all that started at once. ${LARGEST}`,
    ),
  ],

  measure({ storm: reading }) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    const { bursts, leftOut } = reading;
    const whole = largestWhole(bursts);
    const figures = whole && burstFigures(whole);
    const reason = bursts.length > 0 ? NEVER_WHOLE : (leftOut?.reason ?? 'no burst was started');
    measured.put('storm.throughput', whole?.bootsPerS, reason);
    measured.put('storm.all-ready', whole?.allReadyMs, reason);
    measured.put('storm.ready-median', figures?.medianMs, reason);
    measured.put('storm.ready-slowest', figures?.slowestMs, reason);
    // A reading grows on after it was measured.
    const details: Storm = { bursts: [...bursts], ...(leftOut === undefined ? {} : { leftOut }) };
    Object.assign(measured.details, details);
    return measured;
  },
});

function largestWhole(bursts: readonly Burst[]): Burst | undefined {
  const whole = bursts.filter(({ parallel, readyMs }) => readyMs.length === parallel);
  return whole.toSorted((a, b) => a.parallel - b.parallel).at(-1);
}
