import { instancesWithin, type CostLines } from './cost-lines.ts';
import type { Estimate, RuntimePlan } from './capacity-plan.ts';
import type { CompleteQuestion } from './question.ts';

/** How many instances a host holds, and by what. */
export type Ceilings = Required<Pick<RuntimePlan, 'byMemory' | 'instances' | 'boundBy'>> &
  Pick<RuntimePlan, 'byCpu'>;

/**
 * Memory and, where CPUs are asked about, idle CPU; the lower one binds. Idle CPU has no interval, so that where it
 * binds, the plan has none. `idleMsPerS`: of one instance, `undefined` where it is not known.
 */
export function ceilingsOf(
  lines: CostLines,
  idleMsPerS: number | undefined,
  { hostMemoryBytes, hostCpus, reserveBytes, workloadMemoryBytes }: CompleteQuestion,
): Ceilings {
  const byMemory = instancesWithin(lines, hostMemoryBytes - reserveBytes, workloadMemoryBytes);
  if (hostCpus === undefined || idleMsPerS === undefined || idleMsPerS <= 0) {
    return { byMemory, instances: byMemory, boundBy: 'memory' };
  }
  const byCpu = { instances: Math.floor((hostCpus * 1000) / idleMsPerS), idleMsPerS };
  if (byCpu.instances < byMemory.value) {
    return { byMemory, byCpu, instances: { value: byCpu.instances }, boundBy: 'cpu' };
  }
  return { byMemory, byCpu, instances: cappedAt(byCpu.instances, byMemory), boundBy: 'memory' };
}

function cappedAt(most: number, { value, interval }: Estimate): Estimate {
  if (interval === undefined) return { value };
  return { value, interval: { low: interval.low, high: Math.min(interval.high ?? Infinity, most) } };
}
