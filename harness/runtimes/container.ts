import { chmod, chown } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { TwinbootError } from '../../core/error.ts';
import type { IsolationFacts, RuntimeDescription } from '../../results/record.ts';
import { createAgent, type Agent } from '../guest/agent.ts';
import { openFifoChannel } from '../guest/channel.ts';
import type { Cgroup } from '../process/cgroup.ts';
import type { HostContext } from '../host/context.ts';
import type { Lease } from '../process/cleanup.ts';
import { closing, releaseOnFailure, type Releasable } from '../process/leases.ts';
import { makeBootCgroup, makeBootFolder, mountChannelFolder } from './boot-folder.ts';
import { readContainerIsolation } from './container-isolation.ts';
import { describeRuntime } from './prepare.ts';
import { containerDevices, limitDevices } from './device-rules.ts';
import { launchInstance } from './instance.ts';
import { createLowerLayer, type LowerLayer, type LowerSharing } from './lower-layer.ts';
import { mountOverlayRoot } from './overlay-root.ts';
import { USER_NAMESPACE_BASE, type UsernsChoice } from './user-namespace.ts';
import { diskOf, watchWritable } from './writable-watch.ts';
import type { Limits, PrepareContext, PreparedRuntime, Runtime } from './runtime.ts';

/** What is ready on the host when a container manager is called: the same for every one of them. */
export interface ContainerBoot {
  /** Unique on the host; fit for a machine or container name. */
  name: string;
  /** For throw-away files of the manager's own; removed with the instance. */
  folder: string;
  /** The mounted, writable root file system. */
  root: string;
  /** Where the overlay keeps what was written. */
  upper: string;
  /** Holds the agent's FIFOs; to be bind-mounted at /run/twinboot. */
  channelFolder: string;
  /** The control group that the manager's process starts in. */
  cgroup: Cgroup;
  /** Hands over what the manager makes outside of all this, to be given back with the instance. */
  own: <L extends Releasable>(lease: L) => L;
}

export interface ContainerCommand {
  command: string;
  args: readonly string[];
  env?: Record<string, string>;
  /** What the container's console is read from, where that is not the manager's own output alone. */
  console?: Readable;
  /** The group below the boot's that the process starts in; without it, the boot's. */
  startIn?: Cgroup;
  /** Called when the process exists. */
  launched?: (pid: number) => Promise<void>;
}

export interface ContainerRequest {
  context: PrepareContext;
  runtime: Pick<Runtime, 'id' | 'kind' | 'title'>;
  /** As the record has them. */
  options: RuntimeDescription['options'] & { userns: UsernsChoice; lower: LowerSharing };
  isolation: IsolationFacts;
  /**
   * What the manager itself allows beyond what every container may use, as lines of `devices.allow`; it fails without.
   */
  furtherDevices?: readonly string[];
  command: (boot: ContainerBoot) => ContainerCommand | Promise<ContainerCommand>;
}

/** What separates a container from the host as its manager sets it up: the devices are the same for every manager. */
export function containerIsolation(
  userns: UsernsChoice,
  { capabilities, seccomp }: Pick<IsolationFacts, 'capabilities' | 'seccomp'>,
): IsolationFacts {
  const devices = 'null, zero, full, random, urandom, tty, ptmx';
  return { kernel: 'shared', userNamespace: userns === 'on', capabilities, seccomp, devices };
}

/**
 * A container runtime that is prepared: for each boot a folder, the lower layer, an overlay, the agent's channel
 * and a limited control group are made, in this order, and then the manager is launched.
 */
export function prepareContainer({
  context,
  runtime,
  options,
  isolation,
  furtherDevices = [],
  command,
}: ContainerRequest): Promise<PreparedRuntime> {
  const { host, image, limits, version } = context;
  const idBase = options.userns === 'on' ? USER_NAMESPACE_BASE : undefined;
  const devices = [...containerDevices, ...furtherDevices];
  const ground = { host, lowerLayer: createLowerLayer(options.lower, host, image, idBase), idBase, devices };
  return Promise.resolve({
    description: describeRuntime(runtime, context, {
      ...(version === undefined ? {} : { version }),
      options,
      emulated: false,
      isolation,
    }),
    memoryBytes: limits.memoryBytes,
    start: ({ bootId, consoleLog, beforeStart, memoryBytes = limits.memoryBytes }) =>
      releaseOnFailure(async (own, leases) => {
        const bootGround = { ...ground, limits: { ...limits, memoryBytes } };
        const { boot, agent, group } = await layContainerBoot(bootGround, bootId, own);
        const called = await command(boot);
        let endedBecause: TwinbootError | undefined;
        const endFull = (reason: TwinbootError): void => {
          endedBecause = reason;
          // What it leaves is seen when the instance is removed.
          group.release().catch(() => undefined);
        };
        own(await watchWritable(diskOf(host, boot.upper), endFull));
        // Once more, as the last: what the manager has made goes when none of its processes writes there any more.
        own(group);
        const instance = await launchInstance({
          ...called,
          kind: runtime.kind,
          cgroup: boot.cgroup,
          consoleLog,
          beforeStart,
          agent,
          writable: boot.upper,
          leases,
        });
        return {
          ...instance,
          exited: instance.exited.then((exit) => ({
            ...exit,
            ...(endedBecause !== undefined && { endedBecause }),
          })),
          readIsolation: () =>
            readContainerIsolation(host.runner, boot.cgroup, instance.meters.pids(), devices),
        };
      }),
    release: () => ground.lowerLayer.release(),
  });
}

interface ContainerGround {
  host: HostContext;
  lowerLayer: LowerLayer;
  limits: Limits;
  /** uid and gid of the host that the container's root is mapped to; without it, root is root. */
  idBase: number | undefined;
  /** Lines of `devices.allow`. */
  devices: readonly string[];
}

/**
 * Makes all that stands ready when the manager is called; everything of it is handed to `own` before or when it is
 * made.
 */
async function layContainerBoot(
  { host, lowerLayer, limits, idBase, devices }: ContainerGround,
  bootId: string,
  own: ContainerBoot['own'],
): Promise<{ boot: ContainerBoot; agent: Agent; group: Lease }> {
  const { folder, lease } = await makeBootFolder(host, bootId);
  own(lease);
  // A manager that is killed leaves what it has mounted there.
  own(host.cleanup.register({ kind: 'mount', path: folder }));
  if (idBase !== undefined) await letThrough(host.workFolder, idBase);
  const lower = own(await lowerLayer.acquire(folder));
  const overlay = await mountOverlayRoot(host, lower.path, folder, idBase);
  own(overlay.lease);
  const channelFolder = join(folder, 'channel');
  await mountChannelFolder(host, channelFolder, idBase);
  const agent = createAgent(await openFifoChannel(channelFolder, host.runner, idBase));
  own(closing(agent));
  const { cgroup, lease: cgroupLease } = makeBootCgroup(host, bootId, limits);
  own(cgroupLease);
  await limitDevices(host.runner, cgroup, devices);
  const boot = {
    name: `twinboot-${bootId}`,
    folder,
    root: overlay.root,
    upper: overlay.upper,
    channelFolder,
    cgroup,
    own,
  };
  return { boot, agent, group: cgroupLease };
}

/** The container's root, nobody on the host, may pass through a folder that is closed to everybody else. */
async function letThrough(folder: string, group: number): Promise<void> {
  await chown(folder, 0, group);
  await chmod(folder, 0o710);
}
