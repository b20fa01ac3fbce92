import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { hostError, runError } from '../../core/error.ts';
import { packageRoot } from '../../core/package-root.ts';
import { plainLine } from '../../core/text.ts';
import { GIB } from '../../core/units.ts';
import { cgroupNamed, controllerFolder, limitCgroup, makeCgroup, type Cgroup } from '../process/cgroup.ts';
import type { Finished } from '../process/runner.ts';
import { reproducibleEnvironment } from './reproducible.ts';
import type { BuildContext } from './stages.ts';
import { runInTree, type Laid } from './tree.ts';

/** Runs a program of the tree, with the tree as its root; a non-zero exit is an answer and not an error. */
export interface TreePrograms {
  run(command: readonly string[]): Promise<Finished>;
}

/**
 * The host ids that root and the users of a foreign tree are while its programs run: 65,536 of them, which are no
 * user's and no container's of this host (user_namespaces(7)).
 */
const ID_BASE = 1_000_065_536;
const ID_COUNT = 65_536;

/** What a first boot's work on files takes many times over. */
const MEMORY_BYTES = GIB;
const MOST_PROCESSES = 256;
const TIMEOUT_MS = 120_000;

/** What tree-programs.pl ends with where it could not begin; no program of a first boot does. */
const NOT_BEGUN = 125;

/**
 * Hands `work` the tree's programs. Those of a tree that is Debian's alone run as host root in a chroot, as the package
 * manager has just run the same packages' scripts there. Those of a foreign one run in a user namespace without the
 * host's network, devices and capabilities (tree-programs.pl), in a control group that limits memory and processes.
 * Errors: `tree-not-confined` (host) where this host cannot do that; `command-timeout`.
 */
export async function programsOf<T>(
  { tree, isForeign }: Laid,
  context: BuildContext,
  work: (programs: TreePrograms) => Promise<T>,
): Promise<T> {
  if (!isForeign) return work({ run: (command) => runInTree(tree, command, context) });
  const group = cgroupNamed(context.cgroups, `twinboot-build-${randomBytes(8).toString('hex')}`);
  const lease = makeCgroup(context.cleanup, group);
  try {
    limitGroup(group);
    return await work({ run: (command) => runConfined(tree, command, context, group) });
  } finally {
    await lease.release();
  }
}

function limitGroup(group: Cgroup): void {
  limitCgroup(group, { memoryBytes: MEMORY_BYTES, cpus: availableParallelism() });
  const pids = controllerFolder(group, 'pids');
  if (pids !== undefined) writeFileSync(join(pids.folder, 'pids.max'), String(MOST_PROCESSES));
}

async function runConfined(
  tree: string,
  command: readonly string[],
  { runner, signal }: BuildContext,
  group: Cgroup,
): Promise<Finished> {
  const program = join(packageRoot(), 'harness/image/tree-programs.pl');
  const place = [process.arch, tree, String(ID_BASE), String(ID_COUNT), group.folders.join(':')];
  const finished = await runner.run('perl', [program, ...place, ...command], {
    env: reproducibleEnvironment,
    allowFailure: true,
    timeoutMs: TIMEOUT_MS,
    signal,
  });
  if (finished.exitCode !== NOT_BEGUN) return finished;
  const reason = plainLine(finished.stderr);
  if (!reason.startsWith('tree-programs.pl: '))
    throw runError('settle-failed', `${command[0] ?? ''}: ${reason}`);
  throw hostError(
    'tree-not-confined',
    `this host cannot run a tree's programs without giving them the host: ${reason}`,
    {
      hint: 'it takes user namespaces and id-mapped mounts (Linux 5.12, a cache on ext4, xfs or btrfs); --boot first runs none of them',
    },
  );
}
