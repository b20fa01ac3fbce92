import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCount } from '../host/limits/limit.ts';

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
  try {
    const read = (name: string): number | undefined => parseCount(readFileSync(join(folder, name), 'utf8'));
    const [sharing, fullScans] = [read('pages_sharing'), read('full_scans')];
    if (read('run') !== 1 || sharing === undefined || fullScans === undefined) return undefined;
    return { savedBytes: sharing * PAGE_BYTES, fullScans };
  } catch {
    return undefined;
  }
}
