import { wholeLine } from '../../core/text.ts';

const COUNTS = wholeLine('(?:non)?voluntary_ctxt_switches:\\s+(\\d{1,15})', 'g');

/** Voluntary and involuntary switches of one thread so far, from /proc/PID/task/TID/status (proc(5)). */
export function parseContextSwitches(status: string): number | undefined {
  const counts = [...status.matchAll(COUNTS)];
  return counts.length === 2 ? counts.reduce((sum, [, digits]) => sum + Number(digits), 0) : undefined;
}
