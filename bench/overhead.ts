import type { Benchmark, Figure } from './benchmark.ts';
import { divideTime, overheadShare } from './time-ledger.ts';

const BOUND_SHARE = 0.05;

export const overhead: Benchmark = {
  id: 'overhead',
  question: 'What share of a run does twinboot spend on itself, outside boots, settling and shutdowns?',
  async measure({ referenceRun }) {
    const { process, log, record } = await referenceRun();
    const ledger = divideTime(process, log);
    const emulated = record.runtimes.some((runtime) => runtime.emulated);
    const n = log.boots.length;
    const part = (title: string, value: number): Figure => ({ title, value, unit: 'ms', n, emulated });
    return [
      {
        title: 'harness overhead, share of the run',
        unit: 'share',
        value: overheadShare(ledger),
        n,
        bound: BOUND_SHARE,
        emulated,
      },
      part('  the whole run', ledger.totalMs),
      part('  boots, settling, shutdowns', ledger.bootsMs),
      part('  before the first boot', ledger.prepareMs),
      part('  computing samples', ledger.samplesMs),
      part('  saving between boots', ledger.saveMs),
      part('  summary, exports, report', ledger.reportMs),
    ];
  },
};
