import type { Task } from 'tinybench';
import { createBootstrap, estimateMedian } from '../results/statistics/bootstrap.ts';
import type { Figure } from './benchmark.ts';

/** A finished tinybench task as a figure: the median of its latencies. Throws what the task threw. */
export function timingFigure({ name, result }: Task): Figure {
  if (result.state === 'errored') throw result.error;
  if (result.state !== 'completed') throw new Error(`the timing "${name}" did not complete: ${result.state}`);
  const samples = result.latency.samples ?? [];
  return { title: name, unit: 'ms', ...estimateMedian(samples, createBootstrap(samples.length)) };
}
