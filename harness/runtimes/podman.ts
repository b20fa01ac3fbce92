import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hostError } from '../../core/error.ts';
import type { CgroupLayout } from '../process/cgroup.ts';
import type { HostContext } from '../host/context.ts';
import { parseLimit } from '../parse/process-limits.ts';
import type { Releasable } from '../process/leases.ts';
import { findCommand } from '../process/search-path.ts';
import type { ProcessRunner } from '../process/runner.ts';
import {
  containerIsolation,
  prepareContainer,
  type ContainerBoot,
  type ContainerCommand,
} from './container.ts';
import { NET_TUN } from './device-rules.ts';
import { lowerOption } from './lower-layer.ts';
import { makeManagerGroup } from './payload-group.ts';
import { toolAvailability } from './tool-availability.ts';
import {
  USER_NAMESPACE_BASE,
  USER_NAMESPACE_SIZE,
  usernsOption,
  whyNoUserNamespace,
  type UsernsChoice,
} from './user-namespace.ts';
import type { Availability, Runtime, Unavailable } from './runtime.ts';

const TOOL = 'podman';
const OCI_RUNTIMES = ['crun', 'runc'] as const;
export type OciRuntime = (typeof OCI_RUNTIMES)[number];

const options = z.object({
  oci: z
    .enum(['auto', ...OCI_RUNTIMES])
    .default('auto')
    .describe('the OCI runtime; auto: crun, or runc where the host’s cgroups are hybrid'),
  userns: usernsOption,
  lower: lowerOption,
});
export type PodmanOptions = z.infer<typeof options>;

/** Podman with conmon and an OCI runtime, running the image's init as PID 1 (podman-run(1), --systemd and --rootfs). */
export const podman: Runtime<typeof options> = {
  id: 'podman',
  title: 'Podman',
  kind: 'container',
  tools: [TOOL],
  toolsFor: (given, host) => ociToInstall(given, host.cgroups.mode, isInstalledHere),
  options,
  async availability(host, { oci, userns }) {
    const blocked = whyNoUserNamespaceHere(userns, host.cgroups.mode);
    if (blocked !== undefined) return blocked;
    // --network-config-dir
    const found = await toolAvailability(host, {
      tool: TOOL,
      version: /version (\d[\w.~+-]*)/,
      oldest: '4.0',
    });
    const chosen = chooseOci({ oci, userns }, host.cgroups.mode, isInstalledHere);
    return found.ok && typeof chosen !== 'string' ? chosen : found;
  },

  isolation: ({ userns }) => containerIsolation(userns, { capabilities: 'reduced', seccomp: true }),

  async prepare(context, given) {
    const { host } = context;
    const { userns } = given;
    const oci = requireOci(given, host);
    return prepareContainer({
      context,
      runtime: this,
      options: { ...given, oci },
      isolation: this.isolation(given),
      furtherDevices: OCI_DEVICES,
      command: (boot) => {
        const runFolder = boot.own(ownRunFolder(host)).path;
        return writeContainer(host.runner, { ...boot, runFolder }, { oci, userns, ulimits: ulimits() });
      },
    });
  },
};

/**
 * What runc and crun allow in the group that they make: any node may be made, and /dev/net/tun (10:200) be opened. A
 * group above that allows less makes them fail.
 */
const OCI_DEVICES = ['c *:* m', 'b *:* m', NET_TUN];

/**
 * On v1 hierarchies runc leaves the container's groups to the host's root: its init may not make groups there, and
 * ends.
 */
function whyNoUserNamespaceHere(userns: UsernsChoice, mode: CgroupLayout['mode']): Availability | undefined {
  if (userns === 'off' || mode === 'v2') return whyNoUserNamespace(userns);
  return {
    ok: false,
    reason: 'Podman gives a container with a user namespace no control groups of its own on cgroup v1',
    fix: `${UNIFIED}, or --runtime lxc:userns=on`,
  };
}

const UNIFIED = 'boot the host with systemd.unified_cgroup_hierarchy=1';

const isInstalledHere = (name: OciRuntime): boolean => findCommand(name) !== undefined;

/**
 * The OCI runtime to use, or why there is none: crun takes no hybrid cgroups; and runc hands a container with a user
 * namespace its group only where systemd makes it (OwnerUID of its systemd driver), so that such an init may make
 * none and ends: "Failed to create /init.scope control group: Permission denied" (runc 1.1.15).
 */
export function chooseOci(
  { oci, userns }: Pick<PodmanOptions, 'oci' | 'userns'>,
  mode: CgroupLayout['mode'],
  isInstalled: (name: OciRuntime) => boolean,
): OciRuntime | Unavailable {
  if (oci === 'crun' && mode === 'hybrid') {
    return {
      ok: false,
      reason: 'crun does not run on a host with hybrid cgroups',
      fix: `--runtime podman:oci=runc, or ${UNIFIED}`,
    };
  }
  if (oci === 'runc' && userns === 'on') {
    return {
      ok: false,
      reason:
        'runc hands a container with a user namespace no control group of its own, unless systemd makes it',
      fix: '--runtime podman:userns=on, which takes crun',
    };
  }
  const candidates = candidatesFor({ oci, userns }, mode);
  return (
    candidates.find(isInstalled) ?? {
      ok: false,
      reason: `${candidates.join(' or ')} is not installed`,
      fix: `apt-get install ${candidates[0] ?? 'crun'}`,
    }
  );
}

/** The OCI runtime that has to be installed: none where one that serves is there. */
export function ociToInstall(
  given: Pick<PodmanOptions, 'oci' | 'userns'>,
  mode: CgroupLayout['mode'],
  isInstalled: (name: OciRuntime) => boolean,
): readonly OciRuntime[] {
  const candidates = candidatesFor(given, mode);
  return candidates.some(isInstalled) ? [] : candidates.slice(0, 1);
}

/** In the order of choice. */
function candidatesFor(
  given: Pick<PodmanOptions, 'oci' | 'userns'>,
  mode: CgroupLayout['mode'],
): readonly OciRuntime[] {
  const named = namedOci(given);
  if (named !== undefined) return [named];
  return mode === 'hybrid' ? ['runc'] : OCI_RUNTIMES;
}

/** The one that the options leave, whatever the host is; `undefined` where they leave both. */
function namedOci({ oci, userns }: Pick<PodmanOptions, 'oci' | 'userns'>): OciRuntime | undefined {
  if (oci !== 'auto') return oci;
  return userns === 'on' ? 'crun' : undefined;
}

/** Errors: `runtime-unavailable` (host). */
function requireOci(given: Pick<PodmanOptions, 'oci' | 'userns'>, host: HostContext): OciRuntime {
  const chosen = chooseOci(given, host.cgroups.mode, isInstalledHere);
  if (typeof chosen === 'string') return chosen;
  throw hostError('runtime-unavailable', chosen.reason, { hint: chosen.fix });
}

/** A boot with the folder that Podman keeps its run-time state in. */
interface PodmanBoot extends ContainerBoot {
  runFolder: string;
}

/**
 * Podman refuses a path of more than 50 characters there, so that it is not below the boot's folder. It is made by
 * Podman.
 */
function ownRunFolder({ cleanup }: HostContext): Releasable & { path: string } {
  const path = `/run/twinboot-podman-${randomBytes(6).toString('hex')}`;
  const lease = cleanup.register({ kind: 'path', path });
  return { path, release: () => lease.release() };
}

/** What a container is made with: everything about it that is settled before t0. */
interface PodmanContainer {
  oci: OciRuntime;
  userns: PodmanOptions['userns'];
  /** `nofile=1024:1024`. */
  ulimits: string[];
}

/**
 * Podman keeps its store, its database and its locks below the boot's own folder. They are made before t0: on a host
 * that is used they have been there since the first container.
 */
async function writeContainer(
  runner: ProcessRunner,
  boot: PodmanBoot,
  container: PodmanContainer,
): Promise<ContainerCommand> {
  const env = podmanEnvironment(boot.folder);
  await writeFile(env.CONTAINERS_CONF, '[engine]\nlock_type = "file"\n');
  await writeFile(env.CONTAINERS_STORAGE_CONF, storageConf(boot));
  await runner.run(TOOL, [...globalArguments(boot, container.oci), 'ps', '--quiet'], { env });
  const startIn = makeManagerGroup(boot.cgroup);
  return {
    command: TOOL,
    args: podmanArguments(boot, container),
    env,
    ...(startIn === undefined ? {} : { startIn }),
  };
}

/** containers-storage.conf(5). Read before the command line is, and refused without its paths. */
function storageConf({ folder, runFolder }: PodmanFolders): string {
  return `[storage]\ndriver = "vfs"\ngraphroot = "${storageRoot(folder)}"\nrunroot = "${runFolder}"\n`;
}

type PodmanFolders = Pick<PodmanBoot, 'folder' | 'runFolder'>;

function storageRoot(folder: string): string {
  return join(folder, 'storage');
}

/** In the place of /etc/containers, ~/.config/containers and /run/user. */
function podmanEnvironment(folder: string) {
  return {
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    TMPDIR: folder,
    CONTAINERS_CONF: join(folder, 'containers.conf'),
    CONTAINERS_STORAGE_CONF: join(folder, 'storage.conf'),
  };
}

/** podman(1): nothing is kept in /var/lib/containers, and nothing is asked of the host's systemd. */
function globalArguments({ folder, runFolder }: PodmanFolders, oci: OciRuntime): string[] {
  return [
    `--root=${storageRoot(folder)}`,
    `--runroot=${runFolder}`,
    `--tmpdir=${join(folder, 'tmp')}`,
    `--network-config-dir=${join(folder, 'networks')}`,
    '--storage-driver=vfs',
    '--events-backend=none',
    '--cgroup-manager=cgroupfs',
    `--runtime=${oci}`,
    `--runtime-flag=root=${join(folder, 'oci')}`,
  ];
}

export function podmanArguments(
  boot: Pick<PodmanBoot, 'name' | 'folder' | 'runFolder' | 'root' | 'channelFolder'> & {
    cgroup: { name: string };
  },
  { oci, userns, ulimits }: PodmanContainer,
): string[] {
  const idMap = `0:${USER_NAMESPACE_BASE}:${USER_NAMESPACE_SIZE}`;
  return [
    ...globalArguments(boot, oci),
    'run',
    '--rm',
    `--name=${boot.name}`,
    `--hostname=${boot.name}`,
    '--systemd=always',
    // Without a terminal there is no /dev/console, and the boot would be silent. conmon passes on what comes through it
    // in steps of up to 100 ms: it waits that long wherever nobody holds the terminal open.
    '--tty',
    '--log-driver=none',
    // A network namespace of its own: loopback only, as the VM without a network card has.
    '--network=none',
    '--no-hosts',
    // Podman and conmon stay in the group that they were started in; the container's lies below the boot's.
    '--cgroups=no-conmon',
    `--cgroup-parent=/${boot.cgroup.name}`,
    '--pids-limit=-1',
    ...ulimits.map((limit) => `--ulimit=${limit}`),
    ...(userns === 'on' ? [`--uidmap=${idMap}`, `--gidmap=${idMap}`] : []),
    `--volume=${boot.channelFolder}:/run/twinboot`,
    '--rootfs',
    boot.root,
    '/sbin/init',
  ];
}

const PODMAN_OPEN_FILES = 1_048_576;

/**
 * Podman's own defaults as far as this host allows them: it sets 1,048,576 open files and as many processes as there
 * are pids, and fails where twinboot itself was given less and may not raise it.
 */
function ulimits(): string[] {
  const limits = readFileSync('/proc/self/limits', 'utf8');
  const hardLimit = (name: string): number => parseLimit(limits, name).hard ?? Infinity;
  const pids = Number(readFileSync('/proc/sys/kernel/pid_max', 'utf8'));
  return [
    ulimit('nofile', Math.min(PODMAN_OPEN_FILES, hardLimit('Max open files'))),
    ulimit('nproc', Math.min(pids, hardLimit('Max processes'))),
  ];
}

function ulimit(name: string, value: number): string {
  return `${name}=${value}:${value}`;
}
