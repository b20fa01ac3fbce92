import type { DensityStep } from '../fleet/density.ts';
import { partOfOne } from '../fleet/parts.ts';
import type { GuestMemory } from './capacity-plan.ts';
import { allSteps, type Measured } from './measured.ts';

const FREE_TOUCHED = 'memory.free-touched';

/** Parts of a VM's memory that its guest has in use, all of them in its RAM. */
const isUsedInside = ({ id }: Pick<DensityStep['parts'][number], 'id'>): boolean =>
  id.startsWith('memory.guest-') || usedInside.has(id);
const usedInside: ReadonlySet<string> = new Set([
  'memory.tmpfs',
  'memory.duplicated-services',
  'memory.other-services',
  'memory.agent',
]);

/** At the last step whose parts are known; `undefined` for containers and where none is. */
export function guestMemoryOf({ runtime, memoryBytes, series }: Measured): GuestMemory | undefined {
  if (runtime.kind !== 'vm') return undefined;
  const last = allSteps(series).findLast(({ parts }) => parts.some(({ id }) => id === FREE_TOUCHED));
  if (last === undefined) return undefined;
  const used = last.parts.filter(isUsedInside).reduce((sum, { bytes }) => sum + bytes, 0);
  return {
    ramBytes: memoryBytes,
    usedBytes: used / last.live,
    freeTouchedBytes: Math.max(0, partOfOne(last, FREE_TOUCHED) ?? 0),
  };
}

/**
 * What a workload adds to the memory that one instance costs the host, bytes. A guest's work first takes pages that the
 * host has provided and the guest does not use: they are in the cost of the idle VM already. What it takes beyond them
 * is new, whether the RAM of the guest holds it or a larger VM has to.
 */
export function addedByWork(workloadBytes: number, guest: GuestMemory | undefined): number {
  return Math.max(0, workloadBytes - (guest?.freeTouchedBytes ?? 0));
}

/** The RAM that the guest needs for the workload beside what it uses idle, where that is more than it has. */
export function largerRam(workloadBytes: number, { ramBytes, usedBytes }: GuestMemory): number | undefined {
  const needed = usedBytes + workloadBytes;
  return needed > ramBytes ? needed : undefined;
}
