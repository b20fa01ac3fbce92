import { groupDescendants, memoryGroups } from './cgroups.ts';
import { hostFiles } from './files.ts';
import { inotifyInstances, inotifyWatches } from './inotify.ts';
import { accountKeyBytes, accountKeys, rootKeyBytes, rootKeys } from './keys.ts';
import type { HostLimit, LimitFiles, LimitReading } from './limit.ts';
import { mounts } from './mounts.ts';
import { networkNamespaces } from './namespaces.ts';
import { openFiles, ownOpenFiles } from './open-files.ts';
import { groupPids, pids, threadsMax } from './processes.ts';
import { ptys } from './ptys.ts';

/** Every limit that is looked at, those that bite first first. */
export const hostLimits: readonly HostLimit[] = [
  inotifyInstances,
  inotifyWatches,
  accountKeys,
  accountKeyBytes,
  pids,
  threadsMax,
  groupPids,
  ownOpenFiles,
  ptys,
  memoryGroups,
  groupDescendants,
  openFiles,
  rootKeys,
  rootKeyBytes,
  networkNamespaces,
  mounts,
];

/** Readings by the limit's id; one that this host does not set is absent. */
export type LimitReadings = ReadonlyMap<string, LimitReading>;

export function readLimits(files: LimitFiles = hostFiles()): LimitReadings {
  return new Map(
    hostLimits.flatMap((limit) => {
      const now = limit.read(files);
      return now === undefined ? [] : [[limit.id, now] as const];
    }),
  );
}
