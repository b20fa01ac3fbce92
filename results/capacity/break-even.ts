import type { BreakEven } from './capacity-plan.ts';
import { guestMemoryOf } from './guest-memory.ts';
import { linesOfPair, pairOf, type MeasuredPair } from './pairs.ts';
import type { CompleteQuestion } from './question.ts';

/** What one more instance of each costs while it idles, bytes. */
interface Costs {
  container: number;
  vm: number;
}

/**
 * The least workload from which on one more VM takes at most the share of the question more memory than one more
 * container with the same workload. Its interval reaches over all that both slopes leave open. `undefined`: one has no
 * line.
 */
export function breakEvenOf(both: MeasuredPair, question: CompleteQuestion): BreakEven | undefined {
  const lines = linesOfPair(both, question);
  if (lines === undefined) return undefined;
  const { container, vm } = lines;
  const freeTouched = guestMemoryOf(both.vm)?.freeTouchedBytes ?? 0;
  const at = (costs: Costs): number => workloadAt(costs, question.breakEvenShare, freeTouched);
  const value = at({ container: container.middle.each, vm: vm.middle.each });
  if (container.ends === undefined || vm.ends === undefined) return { ...pairOf(both), workload: { value } };
  const low = at({ container: container.ends.dear.each, vm: vm.ends.cheap.each });
  const high = at({ container: container.ends.cheap.each, vm: vm.ends.dear.each });
  return { ...pairOf(both), workload: { value, interval: { low, high } } };
}

/**
 * Where vm + max(0, W - free) = (1 + share) · (container + W), `free` being guest RAM that is provided and free: the
 * VM's work is in its idle cost up to there. Both sides are straight below and above, so each has its own solution.
 */
function workloadAt({ container, vm }: Costs, share: number, free: number): number {
  const within = vm / (1 + share) - container;
  if (within <= free) return Math.max(0, within);
  return (vm - free - (1 + share) * container) / share;
}
