import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  cgroupNamed,
  controllerFolder,
  createCgroup,
  fillCpuset,
  limitCgroup,
  makeCgroup,
  maxTasks,
  parseCgroupLayout,
  type CgroupLayout,
} from '../../../harness/process/cgroup.ts';
import type { CleanupRegistry } from '../../../harness/process/cleanup.ts';
import { captured } from '../../fixtures/guest/captured.ts';

const offers =
  (...controllers: string[]) =>
  (): string[] =>
    controllers;

describe('where control groups are mounted', () => {
  // Written after what systemd 252 mounts on Debian 12.
  it('v2: one tree with its controllers', () => {
    const asked: string[] = [];
    const layout = parseCgroupLayout(captured('cgroup-v2', 'mountinfo-v2'), (unified) => {
      asked.push(unified);
      return captured('cgroup-v2', 'cgroup.controllers').trim().split(' ');
    });
    expect(asked).toEqual(['/sys/fs/cgroup']);
    expect(layout).toEqual({
      mode: 'v2',
      unified: '/sys/fs/cgroup',
      v1: {},
      v2Controllers: ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids', 'rdma', 'misc'],
    });
  });

  // Written after what systemd mounts with systemd.unified_cgroup_hierarchy=no.
  it('v1: controllers that share a mount have it under each name', () => {
    expect(parseCgroupLayout(captured('cgroup-v2', 'mountinfo-v1'), offers())).toEqual({
      mode: 'v1',
      v1: {
        systemd: '/sys/fs/cgroup/systemd',
        cpu: '/sys/fs/cgroup/cpu,cpuacct',
        cpuacct: '/sys/fs/cgroup/cpu,cpuacct',
        memory: '/sys/fs/cgroup/memory',
        net_cls: '/sys/fs/cgroup/net_cls,net_prio',
        net_prio: '/sys/fs/cgroup/net_cls,net_prio',
        cpuset: '/sys/fs/cgroup/cpuset',
        pids: '/sys/fs/cgroup/pids',
      },
      v2Controllers: [],
    });
  });

  it('hybrid, captured: v1 controllers, and a v2 tree with none', () => {
    const layout = parseCgroupLayout(captured('cgroup-v2', 'mountinfo-hybrid'), offers());
    expect(layout).toMatchObject({ mode: 'hybrid', unified: '/sys/fs/cgroup/unified', v2Controllers: [] });
    expect(Object.keys(layout.v1).sort()).toEqual(
      ['blkio', 'cpu', 'cpuacct', 'cpuset', 'devices', 'freezer', 'memory', 'pids', 'systemd'].sort(),
    );
  });

  it('v1 without the memory controller (cgroup_disable=memory) is v1 still: processes can be held and killed', () => {
    const layout = parseCgroupLayout(
      captured('cgroup-v2', 'mountinfo-v1').replace(/^.*\/memory .*\n/m, ''),
      offers(),
    );
    expect(layout.mode).toBe('v1');
    expect(cgroupNamed(layout, 'x').folders).toContain('/sys/fs/cgroup/pids/x');
    expect(controllerFolder(cgroupNamed(layout, 'x'), 'memory')).toBeUndefined();
  });

  it('v2 beside a v1 net_cls that a VPN has mounted is v2', () => {
    const vpn = '99 33 0:77 / /run/vpn/net_cls rw,relatime shared:300 - cgroup net_cls rw,net_cls\n';
    const layout = parseCgroupLayout(captured('cgroup-v2', 'mountinfo-v2') + vpn, offers('memory'));
    expect(layout).toEqual({ mode: 'v2', unified: '/sys/fs/cgroup', v1: {}, v2Controllers: ['memory'] });
  });

  it('v2 beside the hierarchy of systemd’s name, as where v1 has no memory controller: that one is ours to clean', () => {
    const mountinfo = captured('cgroup-v2', 'mountinfo-hybrid')
      .split('\n')
      .filter((line) => !/ cgroup .*\bmemory\b/.test(line))
      .join('\n');
    const layout = parseCgroupLayout(mountinfo, offers());
    expect(layout).toMatchObject({ mode: 'v2', v1: { systemd: '/sys/fs/cgroup/systemd' } });
    expect(cgroupNamed(layout, 'x').folders).toEqual([
      '/sys/fs/cgroup/systemd/x',
      '/sys/fs/cgroup/unified/x',
    ]);
  });

  it('at a path with a blank, which mountinfo escapes', () => {
    const line = '30 24 0:28 / /my\\040groups rw - cgroup2 cgroup2 rw';
    expect(parseCgroupLayout(line, () => []).unified).toBe('/my groups');
  });

  it('a hierarchy that a chroot has mounted once more counts where it was mounted first', () => {
    const mountinfo = captured('cgroup-v2', 'mountinfo-hybrid');
    const again = mountinfo.replaceAll('/sys/fs/cgroup', '/srv/chroot/sys/fs/cgroup');
    const layout = parseCgroupLayout(mountinfo + again, offers());
    expect([layout.unified, layout.v1.memory]).toEqual(['/sys/fs/cgroup/unified', '/sys/fs/cgroup/memory']);
  });

  it.each([
    '',
    'nonsense',
    '23 29 0:22 / /sys rw - sysfs sysfs rw\n',
    '33 23 0:28 /',
    ' - cgroup2 cgroup2 rw',
  ])('none in %j: says how to mount one', (mountinfo) => {
    expect(() => parseCgroupLayout(mountinfo, offers())).toThrow(
      expect.objectContaining({
        kind: 'host',
        code: 'no-cgroup',
        hint: 'mount -t cgroup2 cgroup2 /sys/fs/cgroup',
      }),
    );
  });
});

describe('a group', () => {
  const hybrid = parseCgroupLayout(captured('cgroup-v2', 'mountinfo-hybrid'), offers());
  const v1 = parseCgroupLayout(captured('cgroup-v2', 'mountinfo-v1'), offers());

  it('has one folder in every hierarchy, and one only where a mount serves two controllers', () => {
    expect(cgroupNamed(v1, 'twinboot-1').folders).toEqual([
      '/sys/fs/cgroup/systemd/twinboot-1',
      '/sys/fs/cgroup/cpu,cpuacct/twinboot-1',
      '/sys/fs/cgroup/memory/twinboot-1',
      '/sys/fs/cgroup/net_cls,net_prio/twinboot-1',
      '/sys/fs/cgroup/cpuset/twinboot-1',
      '/sys/fs/cgroup/pids/twinboot-1',
    ]);
    expect(cgroupNamed(hybrid, 'twinboot-1').folders).toContain('/sys/fs/cgroup/unified/twinboot-1');
  });

  it('finds a controller on v1 first, else on v2 where it is offered', () => {
    const both: CgroupLayout = { ...hybrid, v2Controllers: ['io', 'memory'] };
    expect(controllerFolder(cgroupNamed(both, 'x'), 'memory')).toEqual({
      version: 1,
      folder: '/sys/fs/cgroup/memory/x',
    });
    expect(controllerFolder(cgroupNamed(both, 'x'), 'io')).toEqual({
      version: 2,
      folder: '/sys/fs/cgroup/unified/x',
    });
    expect(controllerFolder(cgroupNamed(both, 'x'), 'rdma')).toBeUndefined();
    expect(controllerFolder(cgroupNamed(v1, 'x'), 'io')).toBeUndefined();
  });
});

// On plain folders: which files are written, and with what. That the kernel takes it, the integration tests show.
describe('making a group', () => {
  let root: string;

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  function write(path: string, content: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  const read = (path: string): string => readFileSync(join(root, path), 'utf8');
  const v2 = (...v2Controllers: string[]): CgroupLayout => ({
    mode: 'v2',
    unified: root,
    v1: {},
    v2Controllers,
  });

  it('v2: controllers are handed down on the way, and not in the group itself, which holds processes', () => {
    createCgroup(cgroupNamed(v2('cpu', 'memory'), 'outer/inner'));
    expect(read('cgroup.subtree_control')).toBe('+cpu +memory');
    expect(read('outer/cgroup.subtree_control')).toBe('+cpu +memory');
    expect(() => read('outer/inner/cgroup.subtree_control')).toThrow('ENOENT');
  });

  it('v1 cpuset: takes its parent’s CPUs and memory nodes, and keeps its own', () => {
    write('cpuset/cpuset.cpus', '0-3\n');
    write('cpuset/cpuset.mems', '0\n');
    write('cpuset/boot/cpuset.cpus', '\n');
    write('cpuset/boot/cpuset.mems', '1\n');
    const v1 = { cpuset: join(root, 'cpuset'), pids: join(root, 'pids') };
    fillCpuset(cgroupNamed({ mode: 'v1', v1, v2Controllers: [] }, 'boot'));
    expect([read('cpuset/boot/cpuset.cpus'), read('cpuset/boot/cpuset.mems')]).toEqual(['0-3', '1\n']);
  });

  it('that fails says which, why, and what to do', () => {
    write('boot', 'a file is in the way');
    expect(() => createCgroup(cgroupNamed(v2(), 'boot/x'))).toThrow(
      expect.objectContaining({
        kind: 'host',
        code: 'cgroup-not-writable',
        message: 'cannot make the control group boot/x: EEXIST',
        hint: 'run twinboot as root on the host itself, or give the container that it runs in a writable cgroup tree',
      }),
    );
  });

  it('that is there already is refused: who has made it may have put processes and limits into it', () => {
    const layout: CgroupLayout = {
      ...v2(),
      v1: { pids: join(root, 'pids') },
      unified: join(root, 'unified'),
    };
    write('unified/boot/cgroup.procs', '4711\n');
    const registered: string[] = [];
    const cleanup: CleanupRegistry = {
      register(resource) {
        registered.push('registered');
        return { resource, release: () => Promise.resolve(), forget: () => registered.push('forgotten') };
      },
      releaseAll: () => Promise.resolve([]),
    };
    expect(() => makeCgroup(cleanup, cgroupNamed(layout, 'boot'))).toThrow(
      expect.objectContaining({ code: 'cgroup-taken', kind: 'host' }),
    );
    expect(registered).toEqual(['registered', 'forgotten']);
    expect(readdirSync(join(root, 'pids'))).toEqual([]);
  });

  describe('limits', () => {
    const HALF_A_CPU = { memoryBytes: 536_870_912, cpus: 0.5 };

    it('v2: memory.max in bytes, cpu.max as quota and period', () => {
      const group = cgroupNamed(v2('cpu', 'memory'), 'boot');
      createCgroup(group);
      limitCgroup(group, HALF_A_CPU);
      expect([read('boot/memory.max'), read('boot/cpu.max')]).toEqual(['536870912', '50000 100000']);
    });

    it('v1: memory.limit_in_bytes, cpu.cfs_period_us and cpu.cfs_quota_us', () => {
      const v1 = { memory: join(root, 'memory'), cpu: join(root, 'cpu') };
      const group = cgroupNamed({ mode: 'v1', v1, v2Controllers: [] }, 'boot');
      createCgroup(group);
      limitCgroup(group, HALF_A_CPU);
      expect(read('memory/boot/memory.limit_in_bytes')).toBe('536870912');
      expect(read('cpu/boot/cpu.cfs_period_us')).toBe('100000');
      expect(read('cpu/boot/cpu.cfs_quota_us')).toBe('50000');
    });

    it('pids.max: 4,096 tasks, or one for every 128 KiB of memory where that is more', () => {
      const group = cgroupNamed(v2('memory', 'pids'), 'boot');
      createCgroup(group);
      limitCgroup(group, HALF_A_CPU);
      expect(read('boot/pids.max')).toBe('4096');
      expect([16, 512, 4096].map((mib) => maxTasks(mib * 1024 * 1024))).toEqual([4096, 4096, 32_768]);
    });

    it('as many CPUs as the host has need no quota', () => {
      const group = cgroupNamed(v2('cpu', 'memory'), 'boot');
      createCgroup(group);
      limitCgroup(group, { memoryBytes: 1, cpus: 4096 });
      expect(() => read('boot/cpu.max')).toThrow('ENOENT');
    });

    it('a controller that the host does not have limits nothing', () => {
      const group = cgroupNamed(v2(), 'boot');
      createCgroup(group);
      limitCgroup(group, HALF_A_CPU);
      expect(() => read('boot/memory.max')).toThrow('ENOENT');
    });
  });
});
