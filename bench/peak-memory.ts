import type { Benchmark } from './benchmark.ts';

/** 200 MB, decimal. */
const BOUND_BYTES = 200e6;

export const peakMemory: Benchmark = {
  id: 'peak-memory',
  question: 'How much memory does the harness itself take at most during a run, its report included?',
  async measure({ referenceRun }) {
    const { process, record } = await referenceRun();
    return [
      {
        title: 'peak RSS of the harness, report included',
        unit: 'bytes',
        value: process.peakBytes,
        n: 1,
        bound: BOUND_BYTES,
        remark: `a run of ${record.samples.length} samples; the bound is 200 MB`,
      },
    ];
  },
};
