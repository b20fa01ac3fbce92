import { createBootstrap, estimateMedian } from '../results/statistics/bootstrap.ts';
import type { Benchmark } from './benchmark.ts';
import { runTwinboot } from './reference-run.ts';
import { divideTime } from './time-ledger.ts';

const RUNS = 5;
const BOUND_MS = 1000;

export const firstBoot: Benchmark = {
  id: 'first-boot',
  question: 'How long after the start of the process does the first boot begin, with a cached image?',
  async measure(context) {
    await context.ground();
    const args = ['startup', '--runtime', 'nspawn', '--rounds', '1', '--warmup', '0'];
    const delaysMs: number[] = [];
    for (let run = 1; run <= RUNS; run += 1) {
      const { process, log } = await runTwinboot({ ...context, note: () => undefined }, `short-${run}`, args);
      delaysMs.push(divideTime(process, log).prepareMs);
    }
    return [
      {
        title: 'start of the process to the first boot, median',
        unit: 'ms',
        ...estimateMedian(delaysMs, createBootstrap(context.options.seed)),
        bound: BOUND_MS,
      },
    ];
  },
};
