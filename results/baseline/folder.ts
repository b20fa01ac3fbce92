import { createHash } from 'node:crypto';
import { rm, rmdir } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { openFolderBelow, requireNoLinks } from '../../core/below.ts';
import { TwinbootError, usageError } from '../../core/error.ts';
import { suggestion } from '../../core/suggest.ts';
import { plainLine } from '../../core/text.ts';
import { environmentDifferences, environmentOf, type EnvironmentDifference } from '../environment.ts';
import { assertPlausible } from '../plausible.ts';
import { readRecord } from '../read-record.ts';
import type { RunRecord } from '../record.ts';
import { assertWritableFolder, listRuns, namesOfFolders, RECORD_FILE } from '../run-folder.ts';
import { writeRecord } from '../store.ts';
import { summarise } from '../summary.ts';
import { writeFailure } from '../write-failure.ts';
import { slimRecord } from './slim.ts';

/** The set that baselines are kept in unless another is named: a branch, a release. */
export const DEFAULT_SET = 'main';

/** A record kept to be compared with, in `<folder>/<set>/<image>-<environment>/run.json`. */
export interface Baseline {
  /** `main/trixie-3f2a9c1b7d4e`: what `baseline show` and `rm` take. */
  name: string;
  /** The run folder that holds it: what `twinboot compare` takes. */
  path: string;
  record: RunRecord;
}

/** One whose record cannot be read: it costs itself, and no other. */
export interface BrokenBaseline extends Pick<Baseline, 'name' | 'path'> {
  error: TwinbootError;
}

/**
 * Keeps a record as the baseline of its image and environment, in place of the one before (`replaced`: its run).
 * Errors: `bad-set-name`, `incomplete-baseline`, `no-baseline-values`, `impossible-value`, `link-in-the-way` (usage),
 * those of a write.
 */
export async function saveBaseline(
  folder: string,
  set: string,
  record: RunRecord,
): Promise<Baseline & { replaced?: string }> {
  assertSetName(set);
  requireOwnFolder(folder);
  assertUsable(record);
  const name = `${set}/${keyOf(record)}`;
  const path = join(folder, set, keyOf(record));
  await assertWritableFolder(folder);
  const before = (await listBaselines(folder)).baselines.find((baseline) => baseline.name === name);
  const slim = slimRecord(record);
  // Committed with whatever else is in the folder: no link there leads a write out of it.
  openFolderBelow(folder, name, { make: 0o777 }).close();
  await assertWritableFolder(path);
  await writeRecord(path, slim);
  return { name, path, record: slim, ...(before && { replaced: before.record.id }) };
}

/**
 * A relative path may be a repository's: what its links lead to is not taken for its own. An absolute one is the
 * caller's.
 */
function requireOwnFolder(folder: string): void {
  if (!isAbsolute(folder) && !folder.split('/').includes('..')) requireNoLinks('.', folder);
}

/** A set is a folder's name and nothing more: no way out of the folder of baselines. */
export function assertSetName(set: string): void {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(set)) return;
  throw usageError('bad-set-name', `"${plainLine(set, 80)}" is no name for a set of baselines`, {
    hint: 'letters, digits, dots, dashes and underscores, such as main or release-1.2',
  });
}

/** Nothing can be compared with half a run, or with one in which a runtime has no value. */
function assertUsable(record: RunRecord): void {
  if (record.state !== 'complete') {
    throw usageError('incomplete-baseline', `run ${plainLine(record.id)} was cut short: it is no baseline`, {
      hint: 'save a run that ended',
    });
  }
  assertPlausible(record);
  const { metrics } = summarise(record);
  const barren = record.runtimes.filter(
    ({ id }) => !metrics.some(({ runtime, n }) => runtime === id && n > 0),
  );
  if (barren.length === 0) return;
  const ids = barren.map(({ id }) => plainLine(id)).join(', ');
  throw usageError(
    'no-baseline-values',
    `run ${plainLine(record.id)} has no value of ${ids}: it is no baseline`,
    { hint: 'save a run whose boots succeeded' },
  );
}

/** `trixie-3f2a9c1b7d4e`: the image's name, and a fingerprint of the environment. */
function keyOf(record: RunRecord): string {
  const facts = Object.entries(environmentOf(record)).sort(([a], [b]) => (a < b ? -1 : 1));
  const ids = record.runtimes.map(({ id }) => id).sort();
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([facts, ids]))
    .digest('hex')
    .slice(0, 12);
  // An image's name comes from a record, which anyone may have edited.
  const image = record.image.name
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replace(/^[._-]+/, '')
    .slice(0, 64);
  return `${image === '' ? 'image' : image}-${fingerprint}`;
}

export interface Baselines {
  baselines: Baseline[];
  broken: BrokenBaseline[];
}

/** Every baseline in the folder, by name; none where there is no such folder. Errors: `link-in-the-way` (usage). */
export async function listBaselines(folder: string): Promise<Baselines> {
  requireOwnFolder(folder);
  const sets = (await namesOfFolders(folder)).sort();
  const runs = await Promise.all(
    sets.map(async (set) => (await listRuns(join(folder, set))).map(({ id, path }) => ({ set, id, path }))),
  );
  const found = await Promise.all(
    runs.flat().map(({ set, id, path }) => {
      requireNoLinks(folder, join(set, id, RECORD_FILE));
      return readBaseline(`${set}/${id}`, path);
    }),
  );
  found.sort((a, b) => a.name.localeCompare(b.name));
  return {
    baselines: found.filter((one) => 'record' in one),
    broken: found.filter((one) => 'error' in one),
  };
}

async function readBaseline(name: string, path: string): Promise<Baseline | BrokenBaseline> {
  try {
    return { name, path, record: await readRecord(path) };
  } catch (error) {
    if (error instanceof TwinbootError) return { name, path, error };
    throw error;
  }
}

/**
 * By name; the set alone is enough where it holds one. Errors: `unknown-baseline`, `no-baselines` (usage), those of
 * `readRecord`.
 */
export async function getBaseline(folder: string, name: string): Promise<Baseline> {
  const found = await lookUp(folder, name);
  if ('error' in found) throw found.error;
  return found;
}

async function lookUp(folder: string, name: string): Promise<Baseline | BrokenBaseline> {
  const { baselines, broken } = await listBaselines(folder);
  const all = [...baselines, ...broken];
  // Looked up among what is there, so that no name leads out of the folder.
  const found = all.find((baseline) => baseline.name === name);
  if (found !== undefined) return found;
  const [only, ...others] = all.filter((baseline) => baseline.name.startsWith(`${name}/`));
  if (only !== undefined && others.length === 0) return only;
  if (all.length === 0) {
    throw usageError('no-baselines', `${folder} holds no baselines`, { hint: SAVE_HINT });
  }
  const what = only === undefined ? 'there is no baseline' : `${others.length + 1} baselines are in`;
  throw usageError('unknown-baseline', `${what} "${plainLine(name, 80)}"`, {
    hint: suggestion(
      name,
      all.map((baseline) => baseline.name),
    ),
  });
}

export const SAVE_HINT = 'make one with: twinboot baseline save RUN';

/**
 * Removes what `saveBaseline` wrote, whether it can be read or not; a folder with something else in it stays. Its
 * whole name. Errors: as `getBaseline`, and those of a removal.
 */
export async function removeBaseline(folder: string, name: string): Promise<string> {
  const { name: wholeName, path } = await lookUp(folder, name);
  try {
    await rm(join(path, RECORD_FILE));
    await rmdir(path);
  } catch (error) {
    throw writeFailure(error, path);
  }
  return wholeName;
}

/** The baseline that a run can be compared with; else why there is none, in words. */
export type FoundBaseline = { baseline: Baseline } | { reason: string };

/**
 * The baseline of a run's image in its environment, all of the run's runtimes in it; the newest where there are
 * several. Otherwise the reason names the keys in which the nearest one differs. Errors: those of `readRecord`, where
 * none fits and one of the set cannot be read, which might.
 */
export async function findBaseline(folder: string, set: string, record: RunRecord): Promise<FoundBaseline> {
  assertSetName(set);
  const isInSet = inSet(set);
  const { baselines, broken } = await listBaselines(folder);
  const ofImage = baselines
    .filter(isInSet)
    .filter((baseline) => baseline.record.image.name === record.image.name)
    .map((baseline) => ({ baseline, differences: differencesFrom(baseline.record, record) }))
    .sort(
      (a, b) =>
        a.differences.length - b.differences.length || newestFirst(a.baseline.record, b.baseline.record),
    );
  const [nearest] = ofImage;
  const unread = broken.find(isInSet);
  if (unread !== undefined && nearest?.differences.length !== 0) throw unread.error;
  const hint = `${SAVE_HINT} --name ${set} --dir ${folder}`;
  const image = plainLine(record.image.name, 80);
  if (nearest === undefined) return { reason: `no baseline of image ${image} in ${folder}; ${hint}` };
  if (nearest.differences.length === 0) return { baseline: nearest.baseline };
  const keys = nearest.differences.map(({ key, base, next }) => `${key}: ${base} → ${next}`).join('; ');
  return { reason: `no baseline for this host: ${nearest.baseline.name} differs in ${keys}; ${hint}` };
}

/**
 * The newest record of the set with these runtimes, and of this image where one is named: which environment a run will
 * turn out to be of is not known before it, and how many rounds its baseline has mostly is. `undefined` where there is
 * none.
 */
export async function newestBaseline(
  folder: string,
  set: string,
  { image, runtimes }: { image: string | undefined; runtimes: readonly string[] },
): Promise<RunRecord | undefined> {
  const { baselines } = await listBaselines(folder);
  return baselines
    .filter(inSet(set))
    .map(({ record }) => record)
    .filter((record) => image === undefined || record.image.name === image)
    .filter((record) => lackingRuntimes(record, runtimes).length === 0)
    .sort(newestFirst)[0];
}

function inSet(set: string): (baseline: Pick<Baseline, 'name'>) => boolean {
  return ({ name }) => name.startsWith(`${set}/`);
}

function newestFirst(a: RunRecord, b: RunRecord): number {
  return b.startedAt.localeCompare(a.startedAt);
}

function lackingRuntimes(base: RunRecord, ids: readonly string[]): string[] {
  const known = new Set(base.runtimes.map(({ id }) => id));
  return ids.filter((id) => !known.has(id));
}

/** The environment, and the runtimes that the baseline lacks. */
function differencesFrom(base: RunRecord, next: RunRecord): EnvironmentDifference[] {
  const lacking = lackingRuntimes(
    base,
    next.runtimes.map(({ id }) => id),
  );
  const missing = lacking.map((id) => ({ key: `runtime ${plainLine(id)}`, base: 'not run', next: 'run' }));
  return [...environmentDifferences(base, next), ...missing];
}
