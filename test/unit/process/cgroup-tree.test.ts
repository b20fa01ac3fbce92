import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
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

describe('a group that the kernel kills at once', () => {
  it('has no process killed by a number that was read before', async () => {
    // What is in these files stays, as nobody is a kernel here: a bystander that has got the number of a dead process.
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => void bystander.kill('SIGKILL'));
    writeFileSync(join(group, 'cgroup.procs'), `${bystander.pid}\n`);
    writeFileSync(join(group, 'cgroup.kill'), '');
    const removal = killAndRemoveCgroup([group]).catch((error: unknown) => error);
    await vi.waitUntil(() => readFileSync(join(group, 'cgroup.kill'), 'utf8') === '1');
    await sleep(50);
    expect([bystander.exitCode, bystander.signalCode]).toEqual([null, null]);
    rmSync(group, { recursive: true, force: true });
    await removal;
  });
});
