import { namesIfThere, readIfThere } from '../../core/read-if-there.ts';
import { parseContextSwitches } from '../parse/context-switches.ts';

/** Of all threads of these processes by `pid/tid`; those that ended meanwhile are left out. */
export function readContextSwitches(pids: readonly number[]): Map<string, number> {
  const switches = new Map<string, number>();
  for (const pid of pids) {
    for (const tid of namesIfThere(`/proc/${pid}/task`)) {
      const count = parseContextSwitches(readIfThere(`/proc/${pid}/task/${tid}/status`) ?? '');
      if (count !== undefined) switches.set(`${pid}/${tid}`, count);
    }
  }
  return switches;
}

/** What was switched in between, of threads that were there both times or began since. */
export function switchesBetween(
  before: ReadonlyMap<string, number>,
  after: ReadonlyMap<string, number>,
): number {
  let sum = 0;
  for (const [thread, count] of after) sum += count - (before.get(thread) ?? 0);
  return sum;
}
