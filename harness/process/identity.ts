import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { textIfThere } from '../../core/read-if-there.ts';

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

/** Field 22 of /proc/PID/stat (proc(5)); `undefined` for a zombie, which runs no more. */
export function parseStartTicks(stat: string): number | undefined {
  const ticks = statField(stat, 22);
  const state = statField(stat, 3);
  return state === 'Z' || !/^\d{1,20}$/.test(ticks) ? undefined : Number(ticks);
}

/** A field of /proc/PID/stat by its number in proc(5), from the third on. */
export function statField(stat: string, number: number): string {
  // The command name in parentheses may hold spaces and parentheses: count fields from its end.
  const fields = stat.slice(stat.lastIndexOf(') ') + 2).split(' ');
  return fields[number - 3] ?? '';
}
