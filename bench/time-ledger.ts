import type { BootEntry, RunLog } from './run-log.ts';

/** Where the wall time of a run went, ms; the parts add up to `totalMs`. */
export interface TimeLedger {
  totalMs: number;
  /** In boots, observing (settling) and shutdowns: what the run is for. */
  bootsMs: number;
  /** From the start of the process to the first boot. */
  prepareMs: number;
  /** Between the end of a boot and its log line: computing its samples. */
  samplesMs: number;
  /** Between that line and the next boot, or the end: saving the record, telling how the run goes on. */
  saveMs: number;
  /** From the end of the measuring to the end of the process: summary, exports, report. */
  reportMs: number;
}

/**
 * Divides a run's wall time. Stamps of the host's wall clock are exact to 1 ms, so that each part may be off by that
 * for every boot, and their sum is not.
 */
export function divideTime(process: { startedAtMs: number; wallMs: number }, log: RunLog): TimeLedger {
  const endedAtMs = process.startedAtMs + process.wallMs;
  const begins = [...log.boots.map((boot) => boot.startedAtMs), log.endedAtMs];
  const ends = log.boots.map((boot) => boot.startedAtMs + spanOf(boot));
  return {
    totalMs: process.wallMs,
    bootsMs: sum(log.boots.map(spanOf)),
    prepareMs: (begins[0] ?? endedAtMs) - process.startedAtMs,
    samplesMs: sum(log.boots.map((boot, index) => boot.loggedAtMs - (ends[index] ?? 0))),
    saveMs: sum(log.boots.map((boot, index) => (begins[index + 1] ?? 0) - boot.loggedAtMs)),
    reportMs: endedAtMs - log.endedAtMs,
  };
}

/** The part of the run's wall time that was spent on anything but its boots, 0 to 1. */
export function overheadShare({ totalMs, bootsMs }: TimeLedger): number {
  return (totalMs - bootsMs) / totalMs;
}

function spanOf({ spans }: BootEntry): number {
  return spans.bootMs + spans.observeMs + spans.shutdownMs;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
