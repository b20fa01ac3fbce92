import { availableParallelism, loadavg } from 'node:os';
import { readIfThere } from '../../../core/read-if-there.ts';
import type { Examiner, Finding } from './check.ts';

/** Load per CPU above which other work is likely to be measured too. */
const QUIET_LOAD = 0.5;
/** Of the first CPU; not there where the host does not set frequencies itself. */
const GOVERNOR_FILE = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor';

export const load: Examiner = {
  id: 'load',
  title: 'other load',
  examine: () => loadFinding(loadavg()[0] ?? 0, availableParallelism()),
};

/** `load`: average of the last minute. */
export function loadFinding(load: number, cpus: number): Finding {
  const found = `${load.toFixed(2)} over ${cpus} CPUs`;
  if (load <= QUIET_LOAD * cpus) return { state: 'ok', found };
  return {
    state: 'warning',
    found,
    reason: 'others use the CPUs that boots are to be measured on',
    fix: 'wait until the host is quiet',
  };
}

export const governor: Examiner = {
  id: 'governor',
  title: 'CPU governor',
  examine: () => governorFinding(readIfThere(GOVERNOR_FILE)),
};

export function governorFinding(name: string | undefined): Finding {
  if (name === undefined) return { state: 'ok', found: 'not set by this host' };
  if (name === 'performance') return { state: 'ok', found: name };
  return {
    state: 'warning',
    found: name,
    reason: 'the clock frequency follows the load, so the first boots may be slower than the later ones',
    fix: 'echo performance | sudo tee /sys/devices/system/cpu/cpu*/cpufreq/scaling_governor',
  };
}
