import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { usageError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import { differenceLines, environmentDifferences, type EnvironmentDifference } from '../environment.ts';
import type { RunRecord } from '../record.ts';
import { listRuns, readRecord, RECORD_FILE } from '../store.ts';
import { summariseBoots } from '../summary.ts';

/** One side of a comparison: the records whose values are put together. */
export interface PooledSide {
  /** As it was named on the command line. */
  name: string;
  /** Oldest first; one at least. All of one image, one environment and the same runtimes. */
  records: readonly [RunRecord, ...RunRecord[]];
}

/**
 * Reads one side: a run folder, its `run.json`, or a folder of run folders, whose values are pooled. Throws what
 * `readRecord` throws, and the usage error `mixed-runs` where pooled records differ in image, runtimes or environment.
 */
export async function loadSide(path: string): Promise<PooledSide> {
  const runs = (await isFile(join(path, RECORD_FILE))) ? [] : (await listRuns(path)).reverse();
  const [oldest, ...others] = runs;
  if (oldest === undefined) return { name: path, records: [await readRecord(path)] };

  const first = await readRecord(oldest.path);
  const records: [RunRecord, ...RunRecord[]] = [first];
  for (const run of others) {
    const record = await readRecord(run.path);
    assertPoolable(path, first, record);
    records.push(record);
  }
  return { name: path, records };
}

function assertPoolable(path: string, first: RunRecord, record: RunRecord): void {
  const differences: EnvironmentDifference[] = [
    ...(first.image.digest === record.image.digest
      ? []
      : [{ key: 'image digest', base: first.image.digest, next: record.image.digest }]),
    ...(idsOf(first) === idsOf(record) ? [] : [{ key: 'runtimes', base: idsOf(first), next: idsOf(record) }]),
    ...environmentDifferences(first, record),
  ];
  if (differences.length === 0) return;
  throw usageError(
    'mixed-runs',
    `the runs in ${path} cannot be pooled: ${first.id} and ${record.id} differ in${differenceLines(differences)}`,
    { hint: 'name a single run, or keep runs of one image and one environment in a folder of their own' },
  );
}

function idsOf({ runtimes }: RunRecord): string {
  return plainLine(
    runtimes
      .map(({ id }) => id)
      .sort()
      .join(', '),
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** How many measured boots a side began in a runtime, and how many failed, in any scenario. */
export interface BootCount {
  begun: number;
  failed: number;
}

export function countBoots(side: PooledSide, runtime: string): BootCount {
  const counts = side.records.map(({ samples }) =>
    summariseBoots(
      runtime,
      samples.filter(({ phase }) => phase === 'measured'),
    ),
  );
  return {
    begun: counts.reduce((sum, { begun }) => sum + begun, 0),
    failed: counts.reduce((sum, { failed }) => sum + failed, 0),
  };
}

/** `3 of 20 boots failed`, `no boot was measured` */
export function bootsText({ begun, failed }: BootCount): string {
  return begun === 0 ? 'no boot was measured' : `${failed} of ${begun} boots failed`;
}
