import { randomBytes } from 'node:crypto';
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf, messageOf, TwinbootError } from '../../../core/error.ts';
import { killAndRemoveCgroup } from '../../process/cgroup-tree.ts';
import { workParent } from '../work-parent.ts';
import { cgroupNamed, controllerFolder, createCgroup, readCgroupLayout } from '../../process/cgroup.ts';
import {
  everyKind,
  isRoot,
  onlyRootCanTell,
  type CheckContext,
  type Examiner,
  type Finding,
} from './check.ts';

/** statfs(2). */
const OVERLAYFS_MAGIC = 0x794c7630;
const OUTSIDE = 'run twinboot on the host itself, or in a container with full privileges';

/** Makes a group in every hierarchy and removes it. */
export const cgroups: Examiner = {
  id: 'cgroup',
  title: 'control groups',
  needed: true,
  stops: everyKind,
  async examine() {
    try {
      const layout = readCgroupLayout();
      const group = cgroupNamed(layout, `twinboot-doctor-${randomBytes(8).toString('hex')}`);
      if (controllerFolder(group, 'memory') === undefined) return noMemoryController(layout.mode);
      if (!isRoot()) return { ...onlyRootCanTell, found: layout.mode };
      try {
        createCgroup(group);
      } finally {
        await killAndRemoveCgroup(group.folders);
      }
      return { state: 'ok', found: layout.mode };
    } catch (error) {
      const fix = (error instanceof TwinbootError ? error.hint : undefined) ?? OUTSIDE;
      return { state: 'missing', found: 'none can be made', reason: messageOf(error), fix };
    }
  },
};

function noMemoryController(mode: string): Finding {
  return {
    state: 'missing',
    found: `${mode}, without the memory controller`,
    reason: 'what an instance costs is read from the memory controller',
    fix: 'boot the kernel with cgroup_enable=memory',
    costs: 'memory.* has no values',
  };
}

const NAMESPACES = ['mount', 'pid', 'uts', 'ipc', 'net', 'cgroup'] as const;

/** Enters new ones, all at once; on failure each alone, to name the culprits. */
export const namespaces: Examiner = {
  id: 'namespaces',
  title: 'namespaces',
  needed: true,
  stops: everyKind,
  async examine(context) {
    if (!isRoot()) return onlyRootCanTell;
    if ((await unshare(NAMESPACES, context)) === undefined)
      return { state: 'ok', found: NAMESPACES.join(', ') };
    const refused: string[] = [];
    let reason = '';
    for (const namespace of NAMESPACES) {
      const refusal = await unshare([namespace], context);
      if (refusal === undefined) continue;
      refused.push(namespace);
      reason = refusal;
    }
    return { state: 'missing', found: `refused: ${refused.join(', ')}`, reason, fix: OUTSIDE };
  },
};

export const userNamespace: Examiner = {
  id: 'user-namespace',
  title: 'user namespace',
  async examine(context) {
    const refusal = await unshare(['user'], context);
    if (refusal === undefined) return { state: 'ok', found: 'yes' };
    return {
      state: 'warning',
      found: 'refused',
      reason: `${refusal}; containers without user namespaces run as ever`,
      fix: 'sysctl user.max_user_namespaces=10000, if this is no chroot and no container',
    };
  },
};

/** What was said when it was refused; `undefined` when it was not. */
async function unshare(
  kinds: readonly string[],
  { runner, signal }: CheckContext,
): Promise<string | undefined> {
  try {
    const flags = kinds.map((kind) => `--${kind}`);
    const tried = await runner.run('unshare', [...flags, '--fork', 'true'], { allowFailure: true, signal });
    return tried.exitCode === 0 ? undefined : tried.stderr.trim();
  } catch (error) {
    return messageOf(error);
  }
}

/** The shell's mount namespace, and with it the mount, ends with the shell. */
const OVERLAY_SCRIPT =
  'cd "$1" && mount -t overlay overlay -o lowerdir=lower,upperdir=upper,workdir=work merged && : > merged/file';

/** Mounts one, as the container's root will be, where it will be. */
export const overlay: Examiner = {
  id: 'overlay',
  title: 'overlayfs',
  needed: true,
  stops: ['container'],
  async examine({ runner, signal }) {
    if (!isRoot()) return onlyRootCanTell;
    const { folder: parent } = workParent();
    const folder = mkdtempSync(join(parent, 'twinboot-doctor-'));
    try {
      for (const name of ['lower', 'upper', 'work', 'merged']) mkdirSync(join(folder, name));
      const args = ['--mount', 'sh', '-c', OVERLAY_SCRIPT, 'sh', folder];
      const tried = await runner.run('unshare', args, { allowFailure: true, signal });
      if (tried.exitCode === 0) return { state: 'ok', found: `mounts on ${parent}` };
      return overlayRefused(tried.stderr.trim(), statfsSync(parent).type === OVERLAYFS_MAGIC, parent);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** `nested`: the work folder is itself on an overlayfs, as inside of most containers. */
export function overlayRefused(said: string, nested: boolean, parent: string): Finding {
  return nested
    ? {
        state: 'missing',
        found: `${parent} is on overlayfs`,
        reason: `an overlay's upper layer cannot lie on another overlay: ${said}`,
        fix: `mount a real file system at ${parent} (docker run --volume ${parent}), or run on the host itself`,
      }
    : { state: 'missing', found: 'does not mount', reason: said, fix: `modprobe overlay; else ${OUTSIDE}` };
}

export const loop: Examiner = {
  id: 'loop',
  title: 'loop devices',
  needed: true,
  stops: ['container'],
  async examine({ runner, signal }) {
    if (!isRoot()) return onlyRootCanTell;
    try {
      closeSync(openSync('/dev/loop-control', 'r+'));
      const free = (await runner.run('losetup', ['--find'], { signal })).stdout.trim();
      return { state: 'ok', found: `${free} is free` };
    } catch (error) {
      const absent = errnoOf(error) === 'ENOENT' || errnoOf(error) === 'ENODEV';
      return {
        state: 'missing',
        found: 'none',
        reason: messageOf(error),
        fix: absent ? 'modprobe loop' : OUTSIDE,
      };
    }
  },
};
