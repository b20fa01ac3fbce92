import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { textIfThere } from '../../core/read-if-there.ts';
import { parseStartTicks } from '../parse/process-stat.ts';

/**
 * A process that cannot be mistaken for a later one with the same pid: the start time in clock ticks since boot
 * (field 22 of /proc/PID/stat, proc(5)) and the host's boot id go with it.
 */
export const processIdentitySchema = z.object({
  pid: z.int(),
  startTicks: z.number(),
  hostBootId: z.string(),
});
export type ProcessIdentity = z.infer<typeof processIdentitySchema>;

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
  const stat = textIfThere(`/proc/${pid}/stat`);
  return stat === undefined ? undefined : parseStartTicks(stat);
}
