import { plainLine } from '../../core/text.ts';
import { ceilingsOf } from './cost-lines.ts';
import type { PlanRatio } from './capacity-plan.ts';
import { linesThrough, type Measured } from './measured.ts';
import type { CompleteQuestion } from './question.ts';

/** Of each of the two intervals, so that both hold together with 95 % (C. E. Bonferroni, 1936). */
const CONFIDENCE_OF_PAIR = 0.975;

/**
 * How many times as many containers as VMs one host holds; the interval reaches over all that both slopes leave open. A
 * factor without one is not given. Both have a plan.
 */
export function ratioOf(container: Measured, vm: Measured, question: CompleteQuestion): PlanRatio {
  const pair = {
    container: plainLine(container.runtime.id, 80),
    vm: plainLine(vm.runtime.id, 80),
    emulated: container.runtime.emulated || vm.runtime.emulated,
  };
  const [many, few] = [container, vm].map(({ series, idleMsPerS }) => {
    const lines = linesThrough(series, question.basis, CONFIDENCE_OF_PAIR);
    return lines && ceilingsOf(lines, idleMsPerS, question);
  });
  if (many?.boundBy === 'cpu' || few?.boundBy === 'cpu') {
    return { ...pair, reason: 'idle CPU binds, and that has no interval' };
  }
  const [above, below] = [many?.instances.interval, few?.instances.interval];
  if (many === undefined || few === undefined || above === undefined || below === undefined) {
    return { ...pair, reason: 'too few steps for an interval' };
  }
  if (above.high === undefined || below.high === undefined || below.high === 0 || below.low === 0) {
    return { ...pair, reason: 'its interval has no upper end' };
  }
  return {
    ...pair,
    found: {
      ratio: many.instances.value / few.instances.value,
      interval: { low: above.low / below.high, high: above.high / below.low },
    },
  };
}
