import { median } from '../results/statistics.ts';
import type { RunRecord, RuntimeDescription } from '../results/record.ts';
import type { Benchmark, Figure } from './benchmark.ts';

const METRIC = 'startup.multi-user';
const CONTAINER_BOUND_MS = 20;
const VM_BOUND_SHARE = 0.02;

export const agreement: Benchmark = {
  id: 'agreement',
  question: `How far is ${METRIC} from the arrival of the console’s "Multi-User System" line, which no agent has a part in?`,
  async measure({ referenceRun }) {
    const { record } = await referenceRun();
    return record.runtimes.flatMap((runtime) => figuresOf(runtime, comparisonsOf(record, runtime.id)));
  },
};

/** One boot's two stamps of the same moment, ms since t0. */
export interface Comparison {
  reportedMs: number;
  arrivedMs: number;
}

/** Every boot of the runtime that has both stamps, warm-up included: agreement does not depend on warm caches. */
export function comparisonsOf(record: RunRecord, runtime: string): Comparison[] {
  return record.samples
    .filter((sample) => sample.scenario === 'startup' && sample.runtime === runtime)
    .flatMap(({ values, details }) => {
      const reportedMs = values.find(({ metric }) => metric === METRIC)?.value;
      const arrivedMs = details.consoleMultiUserMs;
      return reportedMs === undefined || typeof arrivedMs !== 'number' ? [] : [{ reportedMs, arrivedMs }];
    });
}

function figuresOf({ id, kind, emulated }: RuntimeDescription, found: readonly Comparison[]): Figure[] {
  if (found.length === 0) throw new Error(`no boot of ${id} has both ${METRIC} and the console's line`);
  const isVm = kind === 'vm';
  const differences = found.map(({ reportedMs, arrivedMs }) => {
    const ms = Math.abs(arrivedMs - reportedMs);
    return isVm ? ms / reportedMs : ms;
  });
  const unit = isVm ? ('share' as const) : ('ms' as const);
  const common = { unit, n: found.length, emulated };
  return [
    {
      title: `${id}: ${METRIC} against the console, worst`,
      value: Math.max(...differences),
      bound: isVm ? VM_BOUND_SHARE : CONTAINER_BOUND_MS,
      ...common,
    },
    { title: `${id}: the same, median`, value: median(differences) ?? NaN, ...common },
  ];
}
