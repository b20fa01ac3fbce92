import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cgroup, CgroupLayout } from '../../../harness/process/cgroup.ts';
import { leavePayload, makeContainerGroups } from '../../../harness/runtimes/payload-group.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

function treeOf(v2Controllers: string[]): {
  layout: CgroupLayout;
  group: Cgroup;
  read: (file: string) => string;
} {
  const unified = temporaryFolder();
  mkdirSync(join(unified, 'boot'));
  const layout: CgroupLayout = { mode: 'v2', unified, v1: {}, v2Controllers };
  const group = { layout, name: 'boot', folders: [join(unified, 'boot')] };
  return { layout, group, read: (file) => readFileSync(join(unified, file), 'utf8') };
}

describe('the control groups of a container', () => {
  it('are the boot’s own where v2 has no controllers', async () => {
    const { group } = treeOf([]);
    expect(await makeContainerGroups(group)).toEqual({ payload: group });
  });

  it('are two below the boot’s where it has: neither holds the other’s processes', async () => {
    const { group, read } = treeOf(['cpu', 'memory']);
    const groups = await makeContainerGroups(group);
    expect([groups.payload.name, groups.supervisor?.name]).toEqual(['boot/payload', 'boot/supervisor']);
    expect(read('boot/cgroup.subtree_control')).toBe('+cpu +memory');
  });

  it('lose the parent to the supervisor’s when the container’s init is there', async () => {
    const { layout, group, read } = treeOf(['cpu']);
    const groups = await makeContainerGroups(group);
    const procs = join(layout.unified ?? '', 'boot/payload/cgroup.procs');
    writeFileSync(procs, '41\n');
    const moved = leavePayload(groups, 41);
    writeFileSync(procs, '41\n42\n');
    await moved;
    expect(read('boot/supervisor/cgroup.procs')).toBe('41');
  });
});
