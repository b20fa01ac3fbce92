import { rename } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { runError } from '../../core/error.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { runInTree } from '../../harness/image/tree.ts';

/**
 * The QEMU that boots the lab. It is the one of the lab's own tree, so that every host boots the lab with the same
 * emulator. QEMU before 8.1 can translate code while another virtual CPU changes it; KVM changes its own code whenever
 * a guest's CPU comes up, and the lab's kernel then panics now and then ("Oops: int3").
 */
export interface Emulator {
  command: string;
  /** They come before all others. */
  args: string[];
}

const PROGRAM = '/usr/bin/qemu-system-x86_64';
const LOADER = 'ld-linux-x86-64.so.2';
const firmwareFolders = ['/usr/share/qemu', '/usr/share/seabios'];

/** The emulator that lies in `folder`, called through the loader of its own C library (ld.so(8)). */
export function emulatorIn(folder: string): Emulator {
  const libraries = ['--library-path', join(folder, 'lib')];
  const firmware = firmwareFolders.flatMap((path) => ['-L', join(folder, basename(path))]);
  return {
    command: join(folder, 'lib', LOADER),
    args: [...libraries, join(folder, basename(PROGRAM)), ...firmware],
  };
}

/** Takes QEMU, its libraries and its firmware out of the lab's tree. Errors: `lab-build-failed` (run). */
export async function takeEmulator(host: HostContext, tree: string, folder: string): Promise<void> {
  const gather = [
    'mkdir --parents /emulator/lib',
    `cp --dereference ${PROGRAM} /emulator`,
    `ldd ${PROGRAM} | grep --only-matching '/[^ ]*' | xargs cp --dereference --target-directory /emulator/lib`,
    `cp --archive ${firmwareFolders.join(' ')} /emulator`,
  ];
  const command = ['/usr/bin/bash', '-euo', 'pipefail', '-c', gather.join('\n')];
  const { exitCode, stderr } = await runInTree(tree, command, host);
  if (exitCode !== 0)
    throw runError('lab-build-failed', `cannot take QEMU out of the lab's tree: ${stderr.trim()}`);
  await rename(join(tree, 'emulator'), folder);
}
