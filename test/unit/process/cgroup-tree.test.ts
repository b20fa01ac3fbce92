import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { killAndRemoveCgroup, processesIn } from '../../../harness/process/cgroup-tree.ts';

/** Folders that look like control groups: what is killed for real is in test/integration/clean.test.ts. */
let group: string;

beforeEach(() => {
  group = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(group, { recursive: true, force: true }));

it('processes are those of the group and of all below it', () => {
  mkdirSync(join(group, 'payload', 'init.scope'), { recursive: true });
  writeFileSync(join(group, 'cgroup.procs'), '10\n11\n');
  writeFileSync(join(group, 'payload', 'init.scope', 'cgroup.procs'), '12\n');
  expect(processesIn(group)).toEqual([10, 11, 12]);
});

it('a process outside of our pid namespace, which shows as 0, is not among them', () => {
  writeFileSync(join(group, 'cgroup.procs'), '0\n10\n');
  expect(processesIn(group)).toEqual([10]);
});

it('a group that is gone has none, and is gone', async () => {
  expect(processesIn(join(group, 'gone'))).toEqual([]);
  await killAndRemoveCgroup([join(group, 'gone')]);
});

describe('a group that cannot be of twinboot’s making', () => {
  it.each([
    ['twinboot itself', process.pid],
    ['the host’s init', 1],
  ])('is not killed: it holds %s', async (_, pid) => {
    writeFileSync(join(group, 'cgroup.procs'), `${pid}\n`);
    await expect(killAndRemoveCgroup([group])).rejects.toMatchObject({ code: 'cgroup-not-ours' });
  });
});
