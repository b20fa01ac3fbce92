import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { CgroupLayout } from '../../../harness/process/cgroup.ts';
import { readOomKills } from '../../../harness/meters/cgroup-oom.ts';

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
