import { plainLine } from '../../core/text.ts';
import type { PlanPair } from './capacity-plan.ts';
import type { CostLines } from './cost-lines.ts';
import { linesThrough, type Measured } from './measured.ts';
import type { CompleteQuestion } from './question.ts';

/** A container and a VM that both have a plan. */
export interface MeasuredPair {
  container: Measured;
  vm: Measured;
  /** true: the VM is taken less its translation cache, which its steps tell. */
  withoutCache: boolean;
}

/** Of each of the two intervals, so that both hold together with 95 % (C. E. Bonferroni, 1936). */
const CONFIDENCE_OF_PAIR = 0.975;

/** What the plan says of whom. */
export function pairOf({ container, vm, withoutCache }: MeasuredPair): PlanPair {
  return {
    container: plainLine(container.runtime.id, 80),
    vm: plainLine(vm.runtime.id, 80),
    emulated: container.runtime.emulated || vm.runtime.emulated,
    ...(withoutCache ? { withoutTranslationCache: true } : {}),
  };
}

/** The lines of both; `undefined` where one of them has none. */
export function linesOfPair(
  { container, vm, withoutCache }: MeasuredPair,
  { basis }: CompleteQuestion,
): { container: CostLines; vm: CostLines } | undefined {
  const options = { basis, confidence: CONFIDENCE_OF_PAIR };
  const ofContainer = linesThrough(container.series, options);
  const ofVm = linesThrough(vm.series, { ...options, withoutCache });
  return ofContainer && ofVm && { container: ofContainer, vm: ofVm };
}
