import { join } from 'node:path';
import { textIfThere } from '../../core/read-if-there.ts';
import { parseCount } from '../parse/count.ts';

export const KSM_FOLDER = '/sys/kernel/mm/ksm';
const PAGE_BYTES = 4096;

/** What KSM has done on the whole host (Documentation/admin-guide/mm/ksm.rst). */
export interface KsmReading {
  /** Mappings that share a page with another: what is saved. */
  savedBytes: number;
  /** How often all mergeable memory has been gone through. */
  fullScans: number;
}

/** `undefined` where this kernel has no KSM, or where it has never run. */
export function readKsm(folder = KSM_FOLDER): KsmReading | undefined {
  const read = (name: string): number | undefined => parseCount(textIfThere(join(folder, name)));
  const [sharing, fullScans] = [read('pages_sharing'), read('full_scans')];
  if (read('run') !== 1 || sharing === undefined || fullScans === undefined) return undefined;
  return { savedBytes: sharing * PAGE_BYTES, fullScans };
}
