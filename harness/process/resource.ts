import { spawnSync } from 'node:child_process';
import { existsSync, lstatSync, realpathSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { errnoOf, runError } from '../../core/error.ts';
import { readIfThere, textIfThere } from '../../core/read-if-there.ts';
import { killAndRemoveCgroup } from './cgroup-tree.ts';
import { mountPointsBelow } from './mounts.ts';
import { removeTree } from './remove-tree.ts';
import type { ProcessRunner } from './runner.ts';
import { searchPath } from './search-path.ts';

/** Something twinboot made on the host, with what is needed to take it away again. Processes live in cgroups. */
export const resourceSchema = z.discriminatedUnion('kind', [
  /** The same group in each hierarchy; every process in it or below it is killed, then the groups are removed. */
  z.object({ kind: z.literal('cgroup'), folders: z.array(z.string()) }),
  z.object({ kind: z.literal('mount'), path: z.string() }),
  z.object({ kind: z.literal('loop'), device: z.string(), backing: z.string() }),
  /** A file or folder. Nothing is removed through a mount. */
  z.object({ kind: z.literal('path'), path: z.string() }),
  /**
   * A setting of the kernel that was changed: its file's content before, without the newline, and what twinboot wrote.
   * Taken away is the change, and only while the file still holds it: what somebody else has set since is theirs.
   */
  z.object({ kind: z.literal('sysctl'), file: z.string(), before: z.string(), raisedTo: z.string() }),
  /** A guest of Xen, which no control group holds; its name is one that twinboot made up. */
  z.object({ kind: z.literal('xen-domain'), name: z.string() }),
]);
export type Resource = z.infer<typeof resourceSchema>;

/** Takes it away; does nothing where it is gone already. Throws where it could not be taken away. */
export async function removeResource(resource: Resource, runner: ProcessRunner): Promise<void> {
  switch (resource.kind) {
    case 'cgroup':
      return killAndRemoveCgroup(resource.folders);
    case 'mount':
      return unmount(resource.path, runner);
    case 'loop':
      return detachLoop(resource.device, resource.backing, runner);
    case 'path':
      return removePath(resource.path, runner);
    case 'sysctl':
      if (readIfThere(resource.file) === resource.raisedTo) writeFileSync(resource.file, resource.before);
      return;
    case 'xen-domain':
      return destroyDomain(resource.name, runner);
  }
}

export function describeResource(resource: Resource): string {
  switch (resource.kind) {
    case 'cgroup':
      return `cgroup ${resource.folders[0] ?? ''}`;
    case 'mount':
      return `mount ${resource.path}`;
    case 'loop':
      return `loop device ${resource.device}`;
    case 'path':
      return resource.path;
    case 'sysctl':
      return `change of ${resource.file} from ${resource.before} to ${resource.raisedTo}`;
    case 'xen-domain':
      return `Xen domain ${resource.name}`;
  }
}

/** Whether there is anything of it on the host: what was registered may never have been made. */
export function isPresent(resource: Resource): boolean {
  switch (resource.kind) {
    case 'cgroup':
      return resource.folders.some((folder) => existsSync(folder));
    case 'mount':
      return mountPointsBelow(realPath(resource.path)).length > 0;
    case 'loop':
      return loopBacking(resource.device) === resource.backing;
    case 'path':
      return lstatSync(resource.path, { throwIfNoEntry: false }) !== undefined;
    case 'sysctl':
      return readIfThere(resource.file) === resource.raisedTo;
    case 'xen-domain':
      return hasDomain(resource.name);
  }
}

async function unmount(path: string, runner: ProcessRunner): Promise<void> {
  const real = realPath(path);
  let someBusy = false;
  for (const mounted of mountPointsBelow(real).reverse()) {
    const plain = await runner.run('umount', ['--no-canonicalize', mounted], { allowFailure: true });
    if (plain.exitCode === 0) continue;
    someBusy = true;
    // A busy mount is detached from the tree now and ends with its last user (umount(8), --lazy).
    await runner.run('umount', ['--lazy', mounted], { allowFailure: true });
  }
  // Looking takes the longer the more mounts the host has: 4 ms with a thousand.
  if (!someBusy) return;
  const left = mountPointsBelow(real);
  if (left.length > 0) throw runError('still-mounted', `${left.join(', ')} could not be unmounted`);
}

async function detachLoop(device: string, backing: string, runner: ProcessRunner): Promise<void> {
  // The device number may have gone to somebody else since: only its backing file says that it is ours.
  if (loopBacking(device) !== backing) return;
  const detached = await runner.run('losetup', ['--detach', device], { allowFailure: true });
  // It may have gone by itself in between, with its last user.
  if (detached.exitCode !== 0 && loopBacking(device) === backing) {
    throw runError('loop-not-detached', detached.stderr.trim());
  }
}

/**
 * The backing file of a loop device as sysfs has it, whether that file still has a name or not; `undefined` where the
 * device is free (loop(4)).
 */
export function loopBacking(device: string): string | undefined {
  return textIfThere(`/sys/block/${basename(device)}/loop/backing_file`)
    ?.replace(/\n$/, '')
    .replace(/ \(deleted\)$/, '');
}

/** Whether Xen has a domain of this name (xl(1)). Without xl there is no Xen; where xl fails, it may have one. */
function hasDomain(name: string): boolean {
  const listed = spawnSync('xl', ['list'], { cwd: '/', env: { PATH: searchPath() }, encoding: 'utf8' });
  if (errnoOf(listed.error) === 'ENOENT') return false;
  return listed.status !== 0 || listed.stdout.split('\n').some((row) => row.split(' ')[0] === name);
}

async function destroyDomain(name: string, runner: ProcessRunner): Promise<void> {
  if (!hasDomain(name)) return;
  const destroyed = await runner.run('xl', ['destroy', name], { allowFailure: true });
  // It may have gone by itself in between.
  if (destroyed.exitCode !== 0 && hasDomain(name))
    throw runError('domain-not-destroyed', destroyed.stderr.trim());
}

async function removePath(path: string, runner: ProcessRunner): Promise<void> {
  const mounted = mountPointsBelow(realPath(path));
  if (mounted.length > 0) {
    throw runError('still-mounted', `${path} was not removed: ${mounted.join(', ')} is still mounted`);
  }
  await removeTree(path, runner);
}

/** The path as mountinfo would write it: links on the way to it resolved, a link at its end not followed. */
function realPath(path: string): string {
  const absolute = resolve(path);
  const folder = dirname(absolute);
  return existsSync(folder) ? join(realpathSync(folder), basename(absolute)) : absolute;
}
