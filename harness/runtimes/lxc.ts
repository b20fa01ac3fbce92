import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { openConsoleFifo } from '../guest/channel.ts';
import { findTool } from '../host/tools.ts';
import type { ProcessRunner } from '../process/runner.ts';
import {
  containerIsolation,
  prepareContainer,
  type ContainerBoot,
  type ContainerCommand,
} from './container.ts';
import { lowerOption } from './lower-layer.ts';
import { toolAvailability } from './tool-availability.ts';
import {
  USER_NAMESPACE_BASE,
  USER_NAMESPACE_SIZE,
  usernsOption,
  whyNoUserNamespace,
} from './user-namespace.ts';
import type { Runtime } from './runtime.ts';

const TOOL = 'lxc-start';

const options = z.object({
  userns: usernsOption.describe(
    'a user namespace (an unprivileged container): its root is nobody on the host',
  ),
  sys: z
    .enum(['ro', 'mixed', 'rw'])
    .default('mixed')
    .describe('/sys: read-only, virtual network devices writable, or writable, where udev runs'),
  lower: lowerOption,
});
export type LxcOptions = Omit<z.infer<typeof options>, 'lower'>;

/** LXC, the system that "container" meant in 2011, with the isolation that its own templates give. */
export const lxc: Runtime<typeof options> = {
  id: 'lxc',
  title: 'LXC',
  kind: 'container',
  tools: [TOOL],
  options,
  availability: async (host, { userns }) =>
    whyNoUserNamespace(userns) ??
    // `denylist` in a seccomp profile: LXC 4.0.6 of Debian 11 has it, 3.1 of Debian 10 has not.
    toolAvailability(host, { tool: TOOL, version: /^(\d[\w.~-]*)/, oldest: '4.0.6' }),

  isolation: ({ userns }) =>
    containerIsolation(userns, { capabilities: userns === 'on' ? 'all' : 'reduced', seccomp: true }),

  async prepare(context, given) {
    const { host } = context;
    // LXC keeps its locks below /run, whatever it is told, in a folder named like the one that it works in.
    const locks = host.cleanup.register({ kind: 'path', path: join('/run/lxc/lock', host.workFolder) });
    const prepared = await prepareContainer({
      context,
      runtime: this,
      options: given,
      isolation: this.isolation(given),
      command: (boot) => writeContainer(host.runner, boot, given),
    });
    return { ...prepared, release: () => locks.release() };
  },
};

/** LXC is configured by files: they are there before t0, as an installed container's are. */
async function writeContainer(
  runner: ProcessRunner,
  boot: ContainerBoot,
  given: LxcOptions,
): Promise<ContainerCommand> {
  const files = lxcFiles(boot.folder);
  await mkdir(files.rootMount);
  const console = boot.own(await openConsoleFifo(files.console, runner));
  await writeFile(files.seccomp, SECCOMP_PROFILE);
  await writeFile(files.config, lxcConfig(boot, given));
  return {
    // By path, since its own PATH is empty: LXC would hand the id map to newuidmap(1) where it finds it, and that maps
    // only what /etc/subuid allows, for root too.
    command: findTool(TOOL),
    args: [
      '--foreground',
      `--name=${boot.name}`,
      `--lxcpath=${boot.folder}`,
      `--rcfile=${files.config}`,
      `--logfile=${files.log}`,
    ],
    env: { PATH: boot.folder },
    console: console.output,
  };
}

function lxcFiles(folder: string) {
  const file = (name: string): string => join(folder, name);
  return {
    config: file('lxc.conf'),
    seccomp: file('lxc.seccomp'),
    log: file('lxc.log'),
    rootMount: file('lxc.root'),
    console: file('lxc.console'),
  };
}

/**
 * lxc.container.conf(5). Nothing is read of /etc/lxc and /usr/share/lxc, so that every host gives the same container.
 */
export function lxcConfig(
  { name, folder, root, channelFolder }: Pick<ContainerBoot, 'name' | 'folder' | 'root' | 'channelFolder'>,
  { userns, sys }: LxcOptions,
): string {
  const { console, seccomp, rootMount } = lxcFiles(folder);
  const lines = [
    `lxc.uts.name = ${name}`,
    `lxc.rootfs.path = dir:${root}`,
    `lxc.rootfs.mount = ${rootMount}`,
    'lxc.init.cmd = /sbin/init',
    'lxc.signal.halt = SIGRTMIN+3',
    // A network namespace of its own: loopback only, as the VM without a network card has.
    'lxc.net.0.type = empty',
    `lxc.mount.auto = proc:mixed sys:${sys} cgroup:mixed`,
    // systemd mounts /run where nothing is, and would cover the agent's folder.
    'lxc.mount.entry = tmpfs run tmpfs nosuid,nodev,mode=755,size=20% 0 0',
    `lxc.mount.entry = ${channelFolder} run/twinboot none bind,create=dir 0 0`,
    'lxc.autodev = 1',
    'lxc.pty.max = 1024',
    'lxc.tty.max = 0',
    // A console path must be a terminal of the host; the log of what the console says may be anything.
    `lxc.console.logfile = ${console}`,
    // Below the group that was made for the instance, and not at the hierarchies' roots.
    'lxc.cgroup.relative = 1',
    'lxc.apparmor.profile = unconfined',
    `lxc.seccomp.profile = ${seccomp}`,
    ...(userns === 'on' ? ID_MAP : [CAPABILITIES]),
  ];
  return `${lines.join('\n')}\n`;
}

const ID_MAP = ['u', 'g'].map(
  (kind) => `lxc.idmap = ${kind} 0 ${USER_NAMESPACE_BASE} ${USER_NAMESPACE_SIZE}`,
);

// What follows is what LXC's own templates set (common.conf, userns.conf and common.seccomp of LXC 4 to 6).
const CAPABILITIES = 'lxc.cap.drop = mac_admin mac_override sys_time sys_module sys_rawio';

const SECCOMP_PROFILE = `2
denylist
reject_force_umount
[all]
kexec_load errno 1
open_by_handle_at errno 1
init_module errno 1
finit_module errno 1
delete_module errno 1
`;
