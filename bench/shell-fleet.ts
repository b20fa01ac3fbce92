import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { runError } from '../core/error.ts';
import { packageRoot } from '../core/package-root.ts';
import { formatMs } from '../core/units.ts';
import { cgroupNamed, createCgroup, type Cgroup } from '../harness/process/cgroup.ts';
import type { HostContext } from '../harness/host/context.ts';
import type { CachedImage } from '../harness/image/cache.ts';
import { withDeadline } from '../harness/process/deadline.ts';
import { launch } from '../harness/process/launch.ts';
import { releaseInReverse, releaseOnFailure } from '../harness/process/leases.ts';
import { makeBootCgroup, makeBootFolder } from '../harness/runtimes/boot-folder.ts';
import { shareLowerLayer } from '../harness/runtimes/lower-layer.ts';
import { nspawnArguments } from '../harness/runtimes/nspawn.ts';
import { untilAborted } from '../harness/runtimes/ready.ts';

/** What stands for the instance's number in the manager's arguments: shell-fleet.sh puts it in. */
const NUMBER = '@NUMBER@';

export interface ShellFleetRequest {
  host: HostContext;
  image: CachedImage;
  /** Unique on the host. */
  fleetId: string;
  count: number;
  parallel: number;
  deadlineMs: number;
}

/**
 * Starts containers by systemd-nspawn from a shell script (shell-fleet.sh), as twinboot would start them, and kills them
 * when all are ready: ms from before the image is mounted to the last READY. Everything is in control groups below one of
 * twinboot's, and under one folder. Errors: `shell-fleet-failed` with what the script said, also where it takes too long.
 */
export function growFromShell(request: ShellFleetRequest): Promise<number> {
  const { host, image, fleetId, count, parallel, deadlineMs } = request;
  return releaseOnFailure(async (own, leases) => {
    const { folder, lease } = await makeBootFolder(host, fleetId);
    own(lease);
    const lowerLayer = shareLowerLayer({ ...host, workFolder: folder }, image);
    const said: Buffer[] = [];
    const failed = (how: string): Error => {
      const words = Buffer.concat(said).toString().trim();
      return runError('shell-fleet-failed', `the shell's loop ${how}${words === '' ? '' : `: ${words}`}`);
    };

    const mountingMs = performance.now();
    const lower = own(await lowerLayer.acquire());
    const mountedInMs = performance.now() - mountingMs;
    // All overlays: the lower layer has its own lease, which comes after this one.
    const instances = join(folder, 'instances');
    own(host.cleanup.register({ kind: 'mount', path: instances }));
    const { cgroup, lease: groupLease } = makeBootCgroup(host, fleetId);
    own(groupLease);
    const launched = await launch({
      command: 'bash',
      args: [
        join(packageRoot(), 'bench/shell-fleet.sh'),
        'systemd-nspawn',
        ...argumentsFor(fleetId, instances),
      ],
      env: {
        PATH: process.env.PATH ?? '',
        TERM: 'vt220',
        FOLDER: instances,
        LOWER: lower.path,
        COUNT: String(count),
        PARALLEL: String(parallel),
        GROUPS_OF_FLEET: cgroup.folders.join(' '),
      },
      cgroup: groupOfLoops(cgroup),
      onOutput: (chunk) => said.push(chunk),
      onStart: () => undefined,
    });
    const exit = await withDeadline(untilAborted(launched.exited, host.signal), deadlineMs, () =>
      failed(`did not end within ${formatMs(deadlineMs)}`),
    );
    if (exit.exitCode !== 0) throw failed('failed');
    await releaseInReverse(leases);
    return mountedInMs + exit.atMs;
  });
}

function argumentsFor(fleetId: string, instances: string): string[] {
  const folder = join(instances, NUMBER);
  const boot = {
    name: `twinboot-${fleetId}-${NUMBER}`,
    root: join(folder, 'root'),
    channelFolder: join(folder, 'channel'),
  };
  return nspawnArguments(boot, { userns: 'off', sys: 'ro' });
}

/**
 * A group of the loops' own, beside those of the instances: where v2 has controllers, a group with groups below it may hold no
 * process. On v1 a cpuset takes no process before it is filled, which a new group does by itself here (cpuset(7)).
 */
function groupOfLoops(group: Cgroup): Cgroup {
  const { cpuset } = group.layout.v1;
  const cloning = join(cpuset ?? '', group.name, 'cgroup.clone_children');
  if (cpuset !== undefined && existsSync(cloning)) writeFileSync(cloning, '1');
  const loops = cgroupNamed(group.layout, `${group.name}/loops`);
  createCgroup(loops);
  return loops;
}
