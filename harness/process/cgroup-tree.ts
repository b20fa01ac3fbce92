import { existsSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { readIfThere } from '../../core/read-if-there.ts';
import { errnoOf, runError } from '../../core/error.ts';

const KILL_DEADLINE_MS = 10_000;
const POLL_MS = 5;

/** Every process in a group and the groups below it. An unreadable or vanished group has none. */
export function processesIn(folder: string): number[] {
  return groupsOfProcesses(folder).map(({ pid }) => pid);
}

/** Every process in a group and below it, each with the folder of its own group. */
export function groupsOfProcesses(folder: string): { pid: number; group: string }[] {
  return [
    ...pidsIn(folder).map((pid) => ({ pid, group: folder })),
    ...childGroups(folder).flatMap(groupsOfProcesses),
  ];
}

function pidsIn(group: string): number[] {
  const pids = (readIfThere(join(group, 'cgroup.procs')) ?? '').split('\n').filter(Boolean).map(Number);
  // A pid namespace that is not below ours shows as 0: nothing that we could signal.
  return pids.filter((pid) => pid > 0);
}

/**
 * Kills every process in the group, through cgroup.kill where the kernel has it (cgroup v2, since 5.14), else one by
 * one until none is left, each as the group itself names it at that moment, and removes the group in every hierarchy.
 * Groups that are gone are passed over.
 * Errors: `cgroup-not-empty` where processes outlive SIGKILL by ten seconds; `cgroup-not-ours` where twinboot itself or
 * the host's init is in the group, which no group of twinboot's making holds.
 */
export async function killAndRemoveCgroup(folders: readonly string[]): Promise<void> {
  const deadline = performance.now() + KILL_DEADLINE_MS;
  const present = folders.filter((folder) => existsSync(folder));
  for (;;) {
    const pids = new Set(present.flatMap(processesIn));
    if (pids.size === 0) break;
    const group = present[0] ?? '';
    if (pids.has(process.pid) || pids.has(1)) {
      throw runError(
        'cgroup-not-ours',
        `${group} holds twinboot itself or the host's init: nothing in it was killed`,
      );
    }
    if (performance.now() > deadline) {
      throw runError('cgroup-not-empty', `processes ${[...pids].join(', ')} in ${group} outlive SIGKILL`);
    }
    for (const folder of present) killGroup(folder);
    await sleep(POLL_MS);
  }
  for (const folder of present) await removeGroup(folder, deadline);
}

function killGroup(folder: string): void {
  const kill = join(folder, 'cgroup.kill');
  if (existsSync(kill)) writeIfThere(kill, '1');
  else killEach(folder);
  // A process that the v1 freezer holds dies only when it is let go.
  for (const group of [folder, ...childGroups(folder)]) writeIfThere(join(group, 'freezer.state'), 'THAWED');
}

/**
 * Asks the group anew before each signal: a process that has ended since is no longer in it, and its number may be
 * another's by now.
 */
function killEach(folder: string): void {
  for (const { pid, group } of groupsOfProcesses(folder)) {
    if (pidsIn(group).includes(pid)) killPid(pid);
  }
}

/** The file may go with its group at any time; whether the kill worked is seen by what is left in the group. */
function writeIfThere(file: string, content: string): void {
  if (!existsSync(file)) return;
  try {
    writeFileSync(file, content);
  } catch {
    // Gone since.
  }
}

function killPid(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

async function removeGroup(folder: string, deadline: number): Promise<void> {
  for (const child of childGroups(folder)) await removeGroup(child, deadline);
  for (;;) {
    try {
      rmdirSync(folder);
      return;
    } catch (error) {
      if (errnoOf(error) === 'ENOENT') return;
      // A dying process still counts for a moment after it left cgroup.procs.
      if (errnoOf(error) !== 'EBUSY' || performance.now() > deadline) throw error;
      await sleep(POLL_MS);
    }
  }
}

/** The groups directly below; an unreadable or vanished group has none. */
export function childGroups(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}
