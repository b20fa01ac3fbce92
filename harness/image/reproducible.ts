import { createHash } from 'node:crypto';
import { lutimesSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { openFolderBelow } from '../../core/below.ts';
import { entriesOf } from './walk-tree.ts';

/*
 * What makes two builds of one recipe from the same packages the same image: everything that a build would draw at random,
 * or take from its clock, its host or its mirror, is fixed here.
 */

/** 2026-01-01: no file, and no field of the file system, is younger. Seconds since 1970 (SOURCE_DATE_EPOCH). */
export const IMAGE_EPOCH_S = 1_767_225_600;

/** For whatever a build runs. mke2fs knows the second from 1.43 on, the first from 1.47.1 on. */
export const reproducibleEnvironment = {
  SOURCE_DATE_EPOCH: String(IMAGE_EPOCH_S),
  E2FSPROGS_FAKE_TIME: String(IMAGE_EPOCH_S),
};

/** Of every settled image: its instances are thrown away, and no two of them meet on a network. */
export const MACHINE_ID = digest('twinboot machine-id').slice(0, 32);

/** Of the file system, and the seed of its hashed folders; not secret, and not unique. */
export const FILE_SYSTEM_UUID = uuidOf('twinboot file system');
export const HASH_SEED = uuidOf('twinboot hash seed');

/** Holds the times and inode numbers of the build host's disk, and only makes the next ldconfig faster. */
const volatileFiles: readonly (readonly [folder: string, name: string])[] = [
  ['var/cache/ldconfig', 'aux-cache'],
];

/** Takes out what no two builds have alike. Follows no link. */
export function removeVolatileFiles(tree: string): void {
  for (const [path, name] of volatileFiles) {
    try {
      const folder = openFolderBelow(tree, path);
      rmSync(join(folder.path, name), { force: true });
      folder.close();
    } catch {
      // Not every suite has it.
    }
  }
}

/** No file of the tree stays younger than the epoch, and none has a fraction of a second. Follows no link. */
export function levelTimes(tree: string): void {
  for (const { place, stats } of entriesOf(tree)) {
    const time = Math.min(Math.floor(stats.mtimeMs / 1000), IMAGE_EPOCH_S);
    lutimesSync(place, time, time);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Version 8 of RFC 9562: of a maker's own choosing. */
function uuidOf(name: string): string {
  const hex = digest(name);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
