import { readFileSync } from 'node:fs';

/**
 * A process that cannot be mistaken for a later one with the same pid: the start time in clock ticks since boot
 * (field 22 of /proc/PID/stat, proc(5)) and the host's boot id go with it.
 */
export interface ProcessIdentity {
  pid: number;
  startTicks: number;
  hostBootId: string;
}

/** The boot id of the running kernel (random(4)): state that names another one belongs to an earlier boot. */
export function hostBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, startTicks: startTicksOf(process.pid) ?? 0, hostBootId: hostBootId() };
}

export function isAlive(identity: ProcessIdentity): boolean {
  return identity.hostBootId === hostBootId() && startTicksOf(identity.pid) === identity.startTicks;
}

function startTicksOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command name in parentheses may hold spaces and parentheses: count fields from its end.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : Number(fields[19]);
  } catch {
    return undefined;
  }
}
