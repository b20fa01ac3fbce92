import { usageError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import { provenanceLine } from '../provenance.ts';
import { pairsOf } from '../ratio.ts';
import type { RunRecord } from '../record.ts';
import type { CapacityPlan, CapacityQuestion } from './capacity-plan.ts';
import { measuredDensity } from './measured.ts';
import { completeQuestion } from './question.ts';
import { ratioOf } from './ratio.ts';
import { planRuntime } from './runtime-plan.ts';

/**
 * How many instances of each runtime one host holds, and how many hosts it takes: the line through what was measured,
 * drawn on to the host that is asked about (docs/density.md). Pure. Throws the usage errors `no-density` and
 * `reserve-too-large`.
 */
export function planCapacity(record: RunRecord, asked: CapacityQuestion): CapacityPlan {
  const question = completeQuestion(asked);
  const known = record.runtimes.flatMap((runtime) => {
    const measured = measuredDensity(record, runtime);
    return measured === undefined ? [] : [{ measured, plan: planRuntime(measured, question) }];
  });
  if (known.length === 0) {
    throw usageError('no-density', plainLine(`run ${record.id} has no density sample to plan with`), {
      hint: 'measure it: twinboot run density --runtime nspawn --runtime qemu',
    });
  }
  const planned = known.filter(({ plan }) => plan.instances !== undefined).map(({ measured }) => measured);
  const find = (id: string) => planned.find(({ runtime }) => runtime.id === id);
  return {
    record: plainLine(record.id, 80),
    provenance: provenanceLine(record),
    startedAt: record.startedAt,
    image: plainLine(record.image.name, 60),
    question,
    runtimes: known.map(({ plan }) => plan),
    ratios: pairsOf(planned.map(({ runtime }) => runtime)).flatMap((pair) => {
      const [container, vm] = [find(pair.container.id), find(pair.vm.id)];
      return container === undefined || vm === undefined ? [] : [ratioOf(container, vm, question)];
    }),
  };
}
