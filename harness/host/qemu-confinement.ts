import { dirname } from 'node:path';
import { existsSync, realpathSync } from 'node:fs';
import type { QemuAccelerator } from './kvm.ts';
import { plainDevices, systemPrograms, type Room, type RoomThing } from '../process/room.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { findCommand } from '../process/search-path.ts';

const SANDBOX = 'on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny';

/** QEMU's own system call filter (qemu(1), -sandbox): it starts nothing, gets no rights and changes no priorities. */
export const sandboxArguments: readonly string[] = ['-sandbox', SANDBOX];

/** `sandboxArguments` where this QEMU was built with the filter; else none. */
export async function sandboxOf(runner: ProcessRunner, program: string): Promise<readonly string[]> {
  const asked = await runner.run(program, [...sandboxArguments, '-version'], { allowFailure: true });
  return asked.exitCode === 0 ? sandboxArguments : [];
}

export interface QemuRoom extends Pick<Room, 'user' | 'fileBytes'> {
  accelerator: QemuAccelerator;
  /** Files and folders that it reads, beside its own. */
  readable: readonly string[];
  /** Files and sockets, which must belong to the user. */
  writable: readonly string[];
}

/**
 * All of the host that a QEMU needs: the host's /usr with its libraries, modules and firmware, and what it is told to
 * open.
 */
export function qemuRoom(
  program: string,
  { user, fileBytes, accelerator, readable, writable }: QemuRoom,
): Room {
  const system = systemPrograms();
  const ownFolder = dirname(findCommand(program) ?? program);
  const isThere = (path: string): boolean =>
    system.some(({ kind, path: folder }) => kind === 'ro' && `${realPathOf(path)}/`.startsWith(`${folder}/`));
  const outside = [...new Set([ownFolder, ...readable])].filter((path) => existsSync(path) && !isThere(path));
  const kvm: RoomThing[] = accelerator === 'kvm' ? [{ kind: 'device', path: '/dev/kvm' }] : [];
  return {
    user,
    fileBytes,
    things: [
      ...system,
      ...plainDevices,
      ...kvm,
      ...outside.map((path) => ({ kind: 'ro' as const, path })),
      ...writable.map((path) => ({ kind: 'rw' as const, path })),
    ],
  };
}

const realPathOf = (path: string): string => (existsSync(path) ? realpathSync(path) : path);
