import { readFileSync } from 'node:fs';
import { everyKind, type Examiner, type Finding } from './check.ts';

/**
 * Which CPUs the caller leaves to twinboot and its instances (taskset(1), cpuset). It may be meant so, and is left
 * alone.
 */
export const allowedCpus: Examiner = {
  id: 'allowed-cpus',
  title: 'CPUs allowed',
  stops: everyKind,
  examine: () => allowedCpusFinding(readAllowedCpus(), readOnlineCpus()),
};

/** Both as lists of cpuset(7): `0-3,8`. */
export function allowedCpusFinding(allowed: string, online: string): Finding {
  if (allowed === online) return { state: 'ok', found: `all: ${online}` };
  return {
    state: 'warning',
    found: `${allowed} of ${online}`,
    reason: 'whoever called twinboot has left it no more',
    costs: 'instances run on these alone',
    fix: `taskset --cpu-list ${online} twinboot …`,
  };
}

/** Of this process: `0-3`. */
export function readAllowedCpus(): string {
  return /^Cpus_allowed_list:\s*(\S+)$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 'unknown';
}

function readOnlineCpus(): string {
  return readFileSync('/sys/devices/system/cpu/online', 'utf8').trim();
}
