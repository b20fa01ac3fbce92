import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readCgroupCpuMs, readCgroupMemory, readOomKills } from '../../../harness/meters/cgroup.ts';
import { cgroupNamed, type CgroupLayout } from '../../../harness/process/cgroup.ts';
import { captured } from '../../fixtures/guest/captured.ts';

describe('a group on this host’s layout', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function fill(folder: string, files: Record<string, string>): void {
    mkdirSync(join(root, folder, 'boot'), { recursive: true });
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(root, folder, 'boot', name), content);
  }

  function v2(controllers: string[]): CgroupLayout {
    return { mode: 'v2', unified: join(root, 'unified'), v1: {}, v2Controllers: controllers };
  }

  it('v2: memory.current, memory.peak and memory.stat; cpu.stat in microseconds', async () => {
    fill('unified', {
      'memory.current': captured('cgroup-v2', 'memory.current'),
      'memory.stat': captured('cgroup-v2', 'memory.stat-6.12'),
      'cpu.stat': captured('cgroup-v2', 'cpu.stat'),
    });
    const group = cgroupNamed(v2(['memory', 'cpu']), 'boot');
    expect(await readCgroupMemory(group)).toMatchObject({ totalBytes: 49_401_856, peakBytes: undefined });
    expect(await readCgroupCpuMs(group)).toBe(1834.567);
  });

  it('v1: the memory hierarchy, and cpuacct in nanoseconds', async () => {
    fill('memory', {
      'memory.usage_in_bytes': captured('nspawn', 'memory.usage_in_bytes'),
      'memory.stat': captured('nspawn', 'memory.stat'),
    });
    fill('cpuacct', { 'cpuacct.usage': '1834567000\n' });
    const v1 = { memory: join(root, 'memory'), cpuacct: join(root, 'cpuacct') };
    const group = cgroupNamed({ mode: 'v1', v1, v2Controllers: [] }, 'boot');
    expect(await readCgroupMemory(group)).toMatchObject({ totalBytes: 49_164_288, kernelBytes: undefined });
    expect(await readCgroupCpuMs(group)).toBe(1834.567);
  });

  it('hybrid without cpuacct: the v2 tree counts CPU time without a controller', async () => {
    fill('unified', { 'cpu.stat': 'usage_usec 5000\nuser_usec 1\n' });
    const group = cgroupNamed({ ...v2([]), mode: 'hybrid', v1: { memory: join(root, 'memory') } }, 'boot');
    expect(await readCgroupCpuMs(group)).toBe(5);
  });

  it('what the host does not have is undefined', async () => {
    fill('unified', { 'cpu.stat': 'nr_periods 0\n' });
    expect(await readCgroupMemory(cgroupNamed(v2(['cpu']), 'boot'))).toBeUndefined();
    expect(await readCgroupCpuMs(cgroupNamed(v2([]), 'boot'))).toBeUndefined();
    expect(
      await readCgroupCpuMs(cgroupNamed({ mode: 'v1', v1: {}, v2Controllers: [] }, 'boot')),
    ).toBeUndefined();
  });

  it('a group that is gone is an error, not a figure', async () => {
    await expect(readCgroupMemory(cgroupNamed(v2(['memory']), 'gone'))).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(group: string, file: string, content: string): void {
  mkdirSync(join(root, group), { recursive: true });
  writeFileSync(join(root, group, file), content);
}

const killsOf = (layout: Partial<CgroupLayout>): number | undefined =>
  readOomKills({ layout: { mode: 'v2', v1: {}, v2Controllers: [], ...layout }, name: 'boot', folders: [] });

describe('what the kernel has killed in a group', () => {
  it('is counted by memory.events of cgroup v2, groups below it included', () => {
    write('boot', 'memory.events', 'low 0\nhigh 0\nmax 311\noom 4\noom_kill 3\noom_group_kill 0\n');
    write('boot/payload', 'memory.events', 'low 0\nhigh 0\nmax 311\noom 4\noom_kill 3\noom_group_kill 0\n');
    expect(killsOf({ unified: root, v2Controllers: ['memory'] })).toBe(3);
  });

  it('is the sum of the memory.oom_control of the group and of all below it on cgroup v1', () => {
    write('boot', 'memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 1\n');
    write('boot/container', 'memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\noom_kill 2\n');
    expect(killsOf({ mode: 'hybrid', v1: { memory: root } })).toBe(3);
  });

  it('is unknown where the kernel does not count, the group is gone, or nothing limits memory', () => {
    write('boot', 'memory.oom_control', 'oom_kill_disable 0\nunder_oom 0\n');
    expect(killsOf({ mode: 'v1', v1: { memory: root } })).toBeUndefined();
    rmSync(join(root, 'boot'), { recursive: true });
    expect(killsOf({ mode: 'v1', v1: { memory: root } })).toBeUndefined();
    expect(killsOf({})).toBeUndefined();
  });
});
