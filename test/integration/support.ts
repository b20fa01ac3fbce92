import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { readCgroupLayout } from '../../harness/process/cgroup.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { openCleanupRegistry, type CleanupRegistry } from '../../harness/process/cleanup.ts';
import { processRunner } from '../../harness/process/runner.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

export { onlyRecord } from '../support/only-record.ts';

/** A new folder for the runs of one test, gone with the tests of its file. */
export function newRunsFolder(): string {
  return join(temporaryFolder(), 'runs');
}

/**
 * This host, as a run has it. What is made on it is removed by `cleanup.releaseAll()`. With `diskBytes` its work folder
 * lies on a disk of its own, that large.
 */
export function openTestHost(name: string, purpose: string, diskBytes?: number): HostContext {
  const folder = mkdtempSync('/var/tmp/twinboot-test-');
  const cleanup = openCleanupRegistry(`${name}-${process.pid}`, purpose, processRunner);
  cleanup.register({ kind: 'path', path: folder });
  const workFolder = diskBytes === undefined ? folder : mountDisk(folder, diskBytes, cleanup);
  const { signal } = new AbortController();
  return { runner: processRunner, cleanup, cgroups: readCgroupLayout(), workFolder, signal };
}

function mountDisk(folder: string, bytes: number, cleanup: CleanupRegistry): string {
  const [file, mountPoint] = [join(folder, 'disk.img'), join(folder, 'disk')];
  writeFileSync(file, '');
  truncateSync(file, bytes);
  execFileSync('mkfs.ext4', ['-q', file]);
  mkdirSync(mountPoint);
  cleanup.register({ kind: 'mount', path: mountPoint });
  execFileSync('mount', ['-o', 'loop', file, mountPoint]);
  // As a run's own: only the work folder is closed.
  chmodSync(folder, 0o755);
  chmodSync(mountPoint, 0o700);
  return mountPoint;
}

/** A run in a process of its own, from the built program as it is installed. */
export function startRun(out: string, words: readonly string[]): ChildProcess {
  const program = join(packageRoot(), 'dist/harness/cli/main.js');
  return spawn(process.execPath, [program, 'run', ...words, '--out', out], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
}

/** Until it has said the word on standard error. */
export function said(child: ChildProcess, word: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let notes = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      notes += chunk.toString();
      if (notes.includes(word)) resolve();
    });
    child.once('exit', () => reject(new Error(`ended before it said "${word}": ${notes}`)));
  });
}

/** Its exit code; `null` where a signal ended it. */
export function ended(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve(child.exitCode);
  return new Promise((resolve) => child.once('exit', (code) => resolve(code)));
}
