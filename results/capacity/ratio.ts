import type { PlanRatio } from './capacity-plan.ts';
import { ceilingsOf } from './ceilings.ts';
import { addedByWork, guestMemoryOf } from './guest-memory.ts';
import { linesOfPair, pairOf, type MeasuredPair } from './pairs.ts';
import type { CompleteQuestion } from './question.ts';

/**
 * How many times as many containers as VMs one host holds; the interval reaches over all that both slopes leave open. A
 * factor without one is not given.
 */
export function ratioOf(both: MeasuredPair, question: CompleteQuestion): PlanRatio {
  const pair = pairOf(both);
  const lines = linesOfPair(both, question);
  const { workloadMemoryBytes: work } = question;
  const added = addedByWork(work, guestMemoryOf(both.vm));
  const many = lines && ceilingsOf(lines.container, both.container, question, work);
  const few = lines && ceilingsOf(lines.vm, both.vm, question, added);
  const measured = [many, few].find((one) => one?.boundBy.kind === 'cpu' || one?.boundBy.kind === 'limit');
  if (measured !== undefined) {
    return { ...pair, reason: `${measured.boundBy.name} binds, and that has no interval` };
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
