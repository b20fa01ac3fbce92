import { usageError } from '../../core/error.ts';
import { formatBytes, MIB } from '../../core/units.ts';
import type { Limits } from './runtime.ts';

/** What a VMM takes beside the guest's RAM: measured, and rounded up. */
export const VMM_MEMORY_BYTES = 128 * MIB;
/** The host's page cache of the disk, which the VMM's control group is charged too and gives back when it must. */
const DISK_CACHE_BYTES = 512 * MIB;
/** No distribution boots in less. */
const LEAST_GUEST_BYTES = 64 * MIB;

/**
 * The limits of a VMM's control group: its guest has those of the run as the VM's size, and it some room around that.
 * `diskCacheBytes`: of that room, what is for the host's page cache of its disk.
 */
export function vmmLimits(
  { cpus }: Limits,
  guestBytes: number,
  vmmBytes = VMM_MEMORY_BYTES,
  diskCacheBytes = DISK_CACHE_BYTES,
): Limits {
  return { cpus, memoryBytes: guestBytes + vmmBytes + diskCacheBytes };
}

/**
 * The guest RAM, in whole MiB, with which a VM and its VMM stay within one limit together. Errors: `limit-too-small`
 * (usage), where that leaves no RAM to boot in.
 */
export function guestBytesWithin(limitBytes: number, vmmBytes: number): number {
  const guestBytes = Math.floor((limitBytes - vmmBytes) / MIB) * MIB;
  if (guestBytes >= LEAST_GUEST_BYTES) return guestBytes;
  throw usageError(
    'limit-too-small',
    `${formatBytes(limitBytes)} for a VM with its VMM, which may take ${formatBytes(vmmBytes)}, leave no RAM for the guest`,
    { hint: `--memory ${Math.ceil((vmmBytes + LEAST_GUEST_BYTES) / MIB)}M or more, or limit=guest` },
  );
}
