import { runError } from '../core/error.ts';
import { median } from '../results/statistics/quantile.ts';
import type { RunRecord, RuntimeDescription, Sample } from '../results/record.ts';
import type { Benchmark, Figure } from './benchmark.ts';

const METRIC = 'startup.multi-user';
const CONTAINER_BOUND_MS = 20;
const VM_BOUND_SHARE = 0.02;

export const agreement: Benchmark = {
  id: 'agreement',
  question: `How far is ${METRIC} from the arrival of the console’s "Multi-User System" line, which no agent has a part in?`,
  async measure({ referenceRun }) {
    const { record } = await referenceRun();
    return record.runtimes.flatMap((runtime) => figuresOf(record, runtime));
  },
};

/** One boot's two stamps of the same moment, ms since t0. */
export interface Comparison {
  reportedMs: number;
  arrivedMs: number;
}

/** Every boot of the runtime that has both stamps, warm-up included: agreement does not depend on warm caches. */
export function comparisonsOf(record: RunRecord, runtime: string): Comparison[] {
  return startupSamples(record, runtime).flatMap(({ values, details }) => {
    const reportedMs = values.find(({ metric }) => metric === METRIC)?.value;
    const arrivedMs = details.consoleMultiUserMs;
    return reportedMs === undefined || typeof arrivedMs !== 'number' ? [] : [{ reportedMs, arrivedMs }];
  });
}

function figuresOf(record: RunRecord, { id, kind, emulated }: RuntimeDescription): Figure[] {
  const found = comparisonsOf(record, id);
  if (found.length === 0)
    throw runError('no-arrival', `no boot of ${id} has the console’s line and ${METRIC}`);
  const boots = startupSamples(record, id).length;
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
      ...(found.length < boots && {
        remark: `${boots - found.length} of ${boots} boots have no such pair: getty flushed the line away, or the boot failed`,
      }),
    },
    { title: '  the same, median', value: median(differences) ?? NaN, ...common },
  ];
}

function startupSamples(record: RunRecord, runtime: string): Sample[] {
  return record.samples.filter((sample) => sample.scenario === 'startup' && sample.runtime === runtime);
}
