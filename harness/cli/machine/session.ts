import { mkdir } from 'node:fs/promises';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { hostError, runError } from '../../../core/error.ts';
import { readCgroupLayout } from '../../process/cgroup.ts';
import type { HostContext } from '../../host/context.ts';
import { openCleanupRegistry } from '../../process/cleanup.ts';
import { processRunner } from '../../process/runner.ts';
import type { Io } from '../io.ts';
import { workParent } from '../../host/work-parent.ts';

/**
 * Calls `work` with the host, and removes everything that it registered when it ends, however it ends.
 * `purpose` says what this process does, `run 2026-…`: a second twinboot that finds the lock taken shows it.
 * Errors: `not-root` (host); `left-behind` (run) where something could not be taken away.
 */
export async function withHost<T>(
  io: Io,
  purpose: string,
  work: (context: HostContext) => Promise<T>,
  options: { asRoot: boolean } = { asRoot: true },
): Promise<T> {
  if (options.asRoot) requireRoot(purpose);
  const name = `${process.pid}-${randomBytes(3).toString('hex')}`;
  const cleanup = openCleanupRegistry(name, purpose, processRunner);
  const workFolder = join(workParent().folder, `twinboot-${name}`);
  cleanup.register({ kind: 'path', path: workFolder });
  await mkdir(workFolder, { mode: 0o700 });
  const context = {
    runner: processRunner,
    cleanup,
    cgroups: readCgroupLayout(),
    workFolder,
    signal: io.signal,
  };
  let result: T;
  try {
    result = await work(context);
  } catch (error) {
    // Its own failure is what the person must read; what is left behind is said beside it.
    for (const { message } of await cleanup.releaseAll()) io.note(`could not be removed: ${message}`);
    throw error;
  }
  const remaining = (await cleanup.releaseAll()).map(({ message }) => message);
  if (remaining.length === 0) return result;
  throw runError('left-behind', `this host still holds what the ${purpose} made: ${remaining.join('; ')}`, {
    hint: 'twinboot clean tries again',
  });
}

export function requireRoot(purpose: string): void {
  if (process.getuid?.() === 0) return;
  throw hostError('not-root', `${purpose} needs root: it makes mounts, control groups and loop devices`, {
    hint: `sudo ${[process.execPath, ...process.argv.slice(1)].join(' ')}`,
  });
}
