import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { runError } from '../core/error.ts';
import { MIB } from '../core/units.ts';
import { createAgent } from '../harness/guest/agent.ts';
import { openFifoChannel } from '../harness/guest/channel.ts';
import type { HostContext } from '../harness/host/context.ts';
import type { CachedImage } from '../harness/image/cache.ts';
import { withDeadline } from '../harness/process/deadline.ts';
import { closing, releaseInReverse, releaseOnFailure } from '../harness/process/leases.ts';
import { makeBootCgroup, makeBootFolder } from '../harness/runtimes/boot-folder.ts';
import type { ContainerBoot, ContainerCommand } from '../harness/runtimes/container.ts';
import { shareLowerLayer } from '../harness/runtimes/lower-layer.ts';
import { mountOverlayRoot } from '../harness/runtimes/overlay-root.ts';
import { askInitTime } from './init-time.ts';

/**
 * What anybody would write: join the groups, note the time (CLOCK_MONOTONIC, from /proc/timer_list, without a further
 * process), become the manager.
 */
const SCRIPT = `
for group in $GROUPS_TO_JOIN; do echo $$ >"$group/cgroup.procs"; done
while read -r a b c _; do [ "$a $b" = "now at" ] && break; done </proc/timer_list
echo "$c"
exec "$@"
`;

const DEADLINE_MS = 60_000;

/** Boots once with the manager called from a shell script; the time from the call to PID 1's beginning, ms. */
export function startFromShell(
  host: HostContext,
  image: CachedImage,
  bootId: string,
  command: (boot: ContainerBoot) => ContainerCommand | Promise<ContainerCommand>,
): Promise<number> {
  return releaseOnFailure(async (own, leases) => {
    const { folder, lease } = await makeBootFolder(host, bootId);
    own(lease);
    own(host.cleanup.register({ kind: 'mount', path: folder }));
    const lower = own(await shareLowerLayer(host, image).acquire());
    const { root, lease: overlay } = await mountOverlayRoot(host, lower.path, folder);
    own(overlay);
    const channelFolder = join(folder, 'channel');
    const agent = createAgent(await openFifoChannel(channelFolder, host.runner));
    own(closing(agent));
    const group = makeBootCgroup(host, bootId, { memoryBytes: 512 * MIB, cpus: 2 });
    own(group.lease);
    const boot = { name: `twinboot-${bootId}`, folder, root, channelFolder, cgroup: group.cgroup, own };
    const manager = await command(boot);
    manager.console?.resume();

    const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', manager.command, ...manager.args], {
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { PATH: process.env.PATH, ...manager.env, GROUPS_TO_JOIN: group.cgroup.folders.join(' ') },
    });
    const calledMs = new Promise<number>((resolve) => {
      createInterface({ input: child.stdout }).once('line', (line) => resolve(Number(line) / 1e6));
    });
    const late = (): Error =>
      runError('boot-timeout', `${bootId} was not ready within ${DEADLINE_MS / 1000} s`);
    await withDeadline(agent.ready, DEADLINE_MS, late);
    const initMs = await askInitTime(agent);
    await releaseInReverse(leases);
    return initMs - (await calledMs);
  });
}
