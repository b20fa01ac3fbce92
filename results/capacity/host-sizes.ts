import type { RunRecord } from '../record.ts';
import type { CapacityPlan, CapacityQuestion } from './capacity-plan.ts';
import { planCapacity } from './plan-capacity.ts';
import { leavesNothing } from './question.ts';

/** From an eighth of the memory asked about to four times as much. */
const DOUBLINGS = [-3, -2, -1, 0, 1, 2];

/**
 * The same question for hosts of other memory sizes, ascending; those that the reserve takes whole are left out. Where
 * no workload is named, instances idle.
 */
export function planSizes(record: RunRecord, asked: CapacityQuestion): CapacityPlan[] {
  const { workloadMemoryBytes = 0 } = asked;
  return DOUBLINGS.map((doublings) => ({
    ...asked,
    workloadMemoryBytes,
    hostMemoryBytes: asked.hostMemoryBytes * 2 ** doublings,
  }))
    .filter((question) => !leavesNothing(question))
    .map((question) => planCapacity(record, question));
}
