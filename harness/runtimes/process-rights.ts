import { readFileSync } from 'node:fs';
import { parseProcessRights, type ProcessRights } from '../parse/process-rights.ts';

/** Throws where the process is gone. */
export function readProcessRights(pid: number | 'self'): ProcessRights {
  return parseProcessRights(readFileSync(`/proc/${pid}/status`, 'utf8'));
}
