import { MIB } from '../../core/units.ts';
import type { Limits } from './runtime.ts';

/** What a VMM takes beside the guest's RAM: measured, and rounded up. */
export const VMM_MEMORY_BYTES = 128 * MIB;
/** The host's page cache of the disk, which the VMM's control group is charged too and gives back when it must. */
const DISK_CACHE_BYTES = 512 * MIB;

/** The limits of a VMM's control group: its guest has those of the run as the VM's size, and it some room around that. */
export function vmmLimits({ cpus }: Limits, guestBytes: number, vmmBytes = VMM_MEMORY_BYTES): Limits {
  return { cpus, memoryBytes: guestBytes + vmmBytes + DISK_CACHE_BYTES };
}
