import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { devicesBelow, readVmIsolation, weakestOf } from '../../../harness/runtimes/vm-isolation.ts';
import { cgroupNamed } from '../../../harness/process/cgroup.ts';

describe('what a VM monitor of several processes may do', () => {
  const confined = { user: 1_000_065_536, effective: [], bounding: [], seccomp: true, noNewPrivileges: true };

  it('is what one of them may', () => {
    expect(weakestOf([confined])).toEqual(confined);
    const root = { user: 0, effective: ['CHOWN'], bounding: ['CHOWN', 'MKNOD'], seccomp: false };
    expect(weakestOf([confined, { ...root, noNewPrivileges: false }])).toEqual({
      user: 0,
      effective: ['CHOWN'],
      bounding: ['CHOWN', 'MKNOD'],
      seccomp: false,
      noNewPrivileges: false,
    });
  });

  it('is not told where the kernel does not tell it of one', () => {
    expect(weakestOf([confined, { user: 1_000_065_536, bounding: [] }])).toEqual({
      user: 1_000_065_536,
      bounding: [],
    });
  });

  it('is unknown once none lives', () => {
    expect(() => weakestOf([])).toThrow('no process of the VM lives');
  });
});

describe('the devices that a VM monitor sees', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
    mkdirSync(join(root, 'dev'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('are the nodes of its own /dev, and no file there', () => {
    writeFileSync(join(root, 'dev/file'), '');
    expect(devicesBelow(root)).toBe('none');
    execFileSync('mknod', [join(root, 'dev/zero'), 'c', '1', '5']);
    execFileSync('mknod', [join(root, 'dev/kvm'), 'c', '10', '232']);
    expect(devicesBelow(root)).toBe('kvm, zero');
  });

  it('are all where its root is the host’s', () => {
    expect(devicesBelow('/proc/self/root')).toBe('all');
  });
});

it('nothing is claimed of a VM that has ended', () => {
  const gone = readVmIsolation(
    cgroupNamed({ mode: 'v1', v1: {}, v2Controllers: [] }, 'twinboot-test-none'),
    [],
  );
  expect(gone).toMatchObject({ source: 'read', kernel: 'own' });
  expect(gone).not.toHaveProperty('seccomp');
  expect(gone.missing?.map(({ fact }) => fact)).toEqual([
    'hostUser',
    'capabilities',
    'seccomp',
    'devices',
    'maxTasks',
  ]);
});
