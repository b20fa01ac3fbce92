import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { recordSchema, type RunRecord } from '../../results/record.ts';

/** The one record below a folder of runs. */
export function onlyRecord(runs: string): { folder: string; record: RunRecord } {
  const names = readdirSync(runs);
  if (names.length !== 1) throw new Error(`${runs} holds ${names.length} runs`);
  const folder = join(runs, names[0] ?? '');
  return { folder, record: recordSchema.parse(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))) };
}
