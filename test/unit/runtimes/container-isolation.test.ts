import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cgroupNamed } from '../../../harness/process/cgroup.ts';
import { processRunner } from '../../../harness/process/runner.ts';
import { devicesText, readContainerIsolation } from '../../../harness/runtimes/container-isolation.ts';
import { containerDevices, NET_TUN } from '../../../harness/runtimes/device-rules.ts';

describe('devices that can be opened', () => {
  it('are named by the rules of the group; a right to make nodes opens none', () => {
    expect(devicesText({ rules: [...containerDevices, 'b *:* m', 'c 10:200 rwm', 'c 7:1 r'] }, [])).toBe(
      'null, zero, full, random, urandom, tty, console, ptmx, pts/*, net/tun, c 7:1',
    );
  });

  it('are all where nobody limits them', () => {
    expect(devicesText({ rules: ['a *:* rwm'] }, [])).toBe('all');
    expect(devicesText({ programs: 0 }, containerDevices)).toBe('all');
  });

  it('are those of the program on cgroup v2', () => {
    expect(devicesText({ programs: 1 }, [...containerDevices, NET_TUN])).toBe(
      'null, zero, full, random, urandom, tty, console, ptmx, pts/*, net/tun (by a BPF program)',
    );
  });
});

describe('what cannot be read', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('is absent, and its reason is said', async () => {
    const layout = { mode: 'v1' as const, v1: { devices: root, pids: root }, v2Controllers: [] };
    mkdirSync(join(root, 'boot'));
    writeFileSync(join(root, 'boot/pids.max'), 'max\n');
    const group = cgroupNamed(layout, 'boot');
    // This process is no init of a pid namespace.
    const facts = await readContainerIsolation(processRunner, group, [process.pid], []);
    expect(facts).toMatchObject({ source: 'read', kernel: 'shared' });
    expect(facts).not.toHaveProperty('capabilities');
    const noInit = 'no process of the instance is process 1 of a pid namespace';
    expect(facts.missing).toEqual([
      { fact: 'userNamespace', reason: noInit },
      { fact: 'hostUser', reason: noInit },
      { fact: 'capabilities', reason: noInit },
      { fact: 'seccomp', reason: noInit },
      { fact: 'maxTasks', reason: 'pids.max is max' },
      { fact: 'devices', reason: expect.stringContaining('devices.list') as string },
    ]);
  });
});
