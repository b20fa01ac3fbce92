import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  qemuRoom,
  sandboxArguments,
  sandboxOf,
  type QemuRoom,
} from '../../../harness/host/qemu-confinement.ts';
import type { Finished, ProcessRunner } from '../../../harness/process/runner.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

describe('QEMU’s system call filter', () => {
  const answering = (exitCode: number): ProcessRunner & { asked: string[] } => {
    const asked: string[] = [];
    return {
      asked,
      run(command, args): Promise<Finished> {
        asked.push([command, ...args].join(' '));
        return Promise.resolve({ stdout: '', stderr: '', exitCode });
      },
    };
  };

  it('denies whatever a VM that has booted has no need of', async () => {
    const runner = answering(0);
    expect(await sandboxOf(runner, 'qemu')).toBe(sandboxArguments);
    expect(runner.asked).toEqual([
      'qemu -sandbox on,obsolete=deny,elevateprivileges=deny,spawn=deny,resourcecontrol=deny -version',
    ]);
  });

  it('is left out where this QEMU was built without it', async () => {
    expect(await sandboxOf(answering(1), 'qemu')).toEqual([]);
  });
});

describe('what a QEMU sees of the host', () => {
  const request: QemuRoom = {
    user: 1_000_065_536,
    fileBytes: 4096,
    accelerator: 'tcg',
    readable: [],
    writable: [],
  };
  const pathsOf = (kind: string, room: QemuRoom, program = 'sh'): string[] =>
    qemuRoom(program, room).things.flatMap((thing) => (thing.kind === kind ? thing.path : []));

  it('is /usr and what it is told to read and to write, file by file', () => {
    const folder = temporaryFolder();
    const [disk, overlay] = [join(folder, 'disk'), join(folder, 'overlay')];
    writeFileSync(disk, '');
    const room = { ...request, readable: ['/usr/share', disk], writable: [overlay] };
    expect(pathsOf('ro', room)).toEqual(expect.arrayContaining(['/usr', disk]));
    // It is there with /usr.
    expect(pathsOf('ro', room)).not.toContain('/usr/share');
    expect(pathsOf('rw', room)).toEqual([overlay]);
  });

  it('has /dev/kvm with KVM alone', () => {
    expect(pathsOf('device', request)).not.toContain('/dev/kvm');
    expect(pathsOf('device', { ...request, accelerator: 'kvm' })).toContain('/dev/kvm');
  });

  it('leaves out a folder for firmware that is not there', () => {
    expect(pathsOf('ro', { ...request, readable: ['/nowhere/firmware'] })).not.toContain('/nowhere/firmware');
  });

  it('has the folder of a QEMU outside /usr', () => {
    const folder = join(temporaryFolder(), 'bin');
    mkdirSync(folder);
    writeFileSync(join(folder, 'qemu-of-ones-own'), '#!/bin/sh\n', { mode: 0o755 });
    vi.stubEnv('PATH', folder);
    expect(pathsOf('ro', request, 'qemu-of-ones-own')).toContain(folder);
  });
});
