import { usageError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import { provenanceLine } from '../provenance.ts';
import { pairsOf } from '../ratio.ts';
import type { RunRecord } from '../record.ts';
import { breakEvenOf } from './break-even.ts';
import type { CapacityPlan, CapacityQuestion, FurtherWorkload } from './capacity-plan.ts';
import { hasTranslationCache, measuredDensity, type Measured } from './measured.ts';
import type { MeasuredPair } from './pairs.ts';
import { completeQuestion, FURTHER_WORKLOADS, type CompleteQuestion } from './question.ts';
import { ratioOf } from './ratio.ts';
import { planRuntime } from './runtime-plan.ts';

/**
 * How many instances of each runtime one host holds, and how many hosts it takes: the line through what was measured,
 * drawn on to the host that is asked about (docs/density.md). Pure. Throws the usage errors `no-density` and those of
 * `completeQuestion`.
 */
export function planCapacity(record: RunRecord, asked: CapacityQuestion): CapacityPlan {
  const question = completeQuestion(asked);
  const known = record.runtimes.flatMap((runtime) => measuredDensity(record, runtime) ?? []);
  if (known.length === 0) {
    throw usageError('no-density', plainLine(`run ${record.id} has no density sample to plan with`), {
      hint: 'measure it: twinboot run density --runtime nspawn --runtime qemu',
    });
  }
  const { runtimes, pairs } = planAll(known, question);
  return {
    record: plainLine(record.id, 80),
    provenance: provenanceLine(record),
    startedAt: record.startedAt,
    image: plainLine(record.image.name, 60),
    question,
    runtimes,
    ratios: pairs.map((pair) => ratioOf(pair, question)),
    breakEvens: pairs.flatMap((pair) => breakEvenOf(pair, question) ?? []),
    ...(asked.workloadMemoryBytes === undefined ? { furtherWorkloads: furtherOnes(known, question) } : {}),
  };
}

function furtherOnes(known: readonly Measured[], question: CompleteQuestion): FurtherWorkload[] {
  return FURTHER_WORKLOADS.map((workloadMemoryBytes) => {
    const withWork = { ...question, workloadMemoryBytes };
    const { runtimes, pairs } = planAll(known, withWork);
    return { workloadMemoryBytes, runtimes, ratios: pairs.map((pair) => ratioOf(pair, withWork)) };
  });
}

/** All runtimes, and of those that have a plan each container with each VM, and with it less its translation cache. */
function planAll(
  known: readonly Measured[],
  question: CompleteQuestion,
): { runtimes: CapacityPlan['runtimes']; pairs: MeasuredPair[] } {
  const plans = known.map((measured) => ({ measured, plan: planRuntime(measured, question) }));
  const planned = plans.filter(({ plan }) => plan.instances !== undefined).map(({ measured }) => measured);
  const find = (id: string) => planned.find(({ runtime }) => runtime.id === id);
  const pairs = pairsOf(planned.map(({ runtime }) => runtime)).flatMap((pair) => {
    const [container, vm] = [find(pair.container.id), find(pair.vm.id)];
    if (container === undefined || vm === undefined) return [];
    const forms = hasTranslationCache(vm) ? [false, true] : [false];
    return forms.map((withoutCache) => ({ container, vm, withoutCache }));
  });
  return { runtimes: plans.map(({ plan }) => plan), pairs };
}
