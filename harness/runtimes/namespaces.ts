import { existsSync, readFileSync } from 'node:fs';
import { chown, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageRoot } from '../../core/package-root.ts';
import type { HostContext } from '../host/context.ts';
import {
  containerIsolation,
  prepareContainer,
  type ContainerBoot,
  type ContainerCommand,
} from './container.ts';
import {
  holdUserNamespace,
  USER_NAMESPACE_BASE,
  usernsOption,
  whyNoUserNamespace,
} from './user-namespace.ts';
import { lowerOption } from './lower-layer.ts';
import { devices, namespacesFstab } from './namespaces-fstab.ts';
import { leavePayload, makeContainerGroups } from './payload-group.ts';
import { openPseudoTerminal } from './pseudo-terminal.ts';
import { toolAvailability } from './tool-availability.ts';
import type { Availability, Runtime } from './runtime.ts';

const TOOL = 'unshare';

const options = z.object({
  userns: usernsOption,
  lower: lowerOption,
});

/**
 * The kernel's namespaces without a container manager: unshare(1), mount(2), pivot_root(2). What starting a container
 * costs here, the kernel charges; what another one costs beyond, its manager does.
 */
export const namespaces: Runtime<typeof options> = {
  id: 'namespaces',
  title: 'bare namespaces',
  kind: 'container',
  tools: [TOOL, 'nsenter', 'perl'],
  options,

  async availability(host, { userns }) {
    const obstacle = whyNotThisHost(host) ?? whyNoUserNamespace(userns);
    // unshare --kill-child
    const tool = { tool: TOOL, version: /util-linux (\d[\w.-]*)/, oldest: '2.32' };
    return obstacle ?? toolAvailability(host, tool);
  },

  isolation: ({ userns }) => containerIsolation(userns, { capabilities: 'reduced', seccomp: false }),

  prepare(context, given) {
    const idBase = given.userns === 'on' ? USER_NAMESPACE_BASE : undefined;
    return prepareContainer({
      context,
      runtime: this,
      options: given,
      isolation: this.isolation(given),
      command: (boot) => prepareBoot(boot, idBase),
    });
  },
};

/** The image's systemd knows cgroup v2 alone; without the host's own tree, a container's groups would be the host's. */
function whyNotThisHost(host: HostContext): Availability | undefined {
  if (host.cgroups.unified === undefined) {
    return {
      ok: false,
      reason: 'no cgroup v2 tree is mounted on this host',
      fix: 'mkdir -p /mnt/cgroup && mount -t cgroup2 cgroup2 /mnt/cgroup',
    };
  }
  if (process.arch === 'x64' || process.arch === 'arm64') return undefined;
  return {
    ok: false,
    reason: `no system call numbers for ${process.arch}`,
    fix: 'use an x86-64 or arm64 host',
  };
}

/** What is made before the clock starts: terminal, list of mounts, empty device files, groups, user namespace. */
async function prepareBoot(
  { own, folder, root: overlay, channelFolder, cgroup }: ContainerBoot,
  idBase?: number,
): Promise<ContainerCommand> {
  const terminal = own(await openPseudoTerminal(idBase));
  const [root, deviceFolder, fstab] = [join(folder, 'new-root'), join(folder, 'dev'), join(folder, 'fstab')];
  await mkdir(root);
  await makeDeviceFolder(deviceFolder, idBase);
  const readOnly = HOST_WIDE.filter((path) => existsSync(path));
  const plan = { overlay, root, deviceFolder, console: terminal.path, channelFolder, readOnly };
  await writeFile(fstab, namespacesFstab(plan));
  const groups = await makeContainerGroups(cgroup, idBase);
  let userNamespace: string | undefined;
  if (idBase !== undefined) userNamespace = own(await holdUserNamespace(idBase)).path;
  const [command, ...args] = namespacesCommand({ root, fstab, userNamespace });
  return {
    command,
    args,
    env: { container: 'twinboot', TERM: 'vt220', PATH: INIT_PATH },
    console: terminal.output,
    startIn: groups.payload,
    launched: (pid) => leavePayload(groups, pid),
  };
}

const INIT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** What a distribution sets or triggers here at boot would hold for the whole host. */
const HOST_WIDE = ['/proc/sys', '/proc/sysrq-trigger'];

async function makeDeviceFolder(folder: string, owner = 0): Promise<void> {
  await mkdir(folder, { mode: 0o755 });
  await mkdir(join(folder, 'pts'), { mode: 0o755 });
  for (const device of [...devices, 'console']) await writeFile(join(folder, device), '');
  await symlink('pts/ptmx', join(folder, 'ptmx'));
  for (const path of [folder, join(folder, 'pts')]) await chown(path, owner, owner);
}

export interface NamespacesBoot {
  root: string;
  fstab: string;
  /** A file of the user namespace to enter first, so that it owns the others. */
  userNamespace?: string | undefined;
}

/** The whole command line. unshare stays as the parent of the container's init and ends with it. */
export function namespacesCommand({ root, fstab, userNamespace }: NamespacesBoot): [string, ...string[]] {
  const program = readFileSync(join(packageRoot(), 'harness/runtimes/namespaces.pl'), 'utf8');
  const unshare: [string, ...string[]] = [
    TOOL,
    '--mount',
    '--uts',
    '--ipc',
    '--net',
    '--pid',
    '--cgroup',
    '--fork',
    '--kill-child',
    ...['perl', '-e', program, process.arch, fstab, root],
  ];
  return userNamespace === undefined
    ? unshare
    : ['nsenter', `--user=${userNamespace}`, '--setuid=0', '--setgid=0', ...unshare];
}
