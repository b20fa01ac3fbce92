import { programText } from '../guest/sent-program.ts';
import type { ImageWay, WayTimes } from '../contract/artifacts.ts';
import { releaseOnFailure, releaseInReverse } from '../process/leases.ts';
import { makeBootCgroup, makeBootFolder } from './boot-folder.ts';
import { timeImageWays } from './image-ways.ts';
import type { PrepareContext } from './runtime.ts';

/** What the host does itself, without an instance: what figures of an instance are held against. */
export interface BareHost {
  /**
   * Runs `work.pl` under the limits of an instance, and gives its lines. Its files lie where the writable layers of
   * instances lie. Errors: `missing-tool` (host) without perl, `command-failed`.
   */
  work(): Promise<string[]>;
  /** Reads a file of the image, an absolute path, several times in each way. */
  readImage(file: string): Promise<Record<ImageWay, WayTimes>>;
}

export function createBareHost({
  host,
  image,
  limits,
}: Pick<PrepareContext, 'host' | 'image' | 'limits'>): BareHost {
  return {
    async work() {
      const { cgroup, folder, leases } = await makeRoom(host, limits);
      try {
        const { stdout } = await host.runner.run('sh', ['-c', ENTER_AND_RUN, folder, ...cgroup.folders], {
          input: programText('work.pl'),
          signal: host.signal,
        });
        return stdout.split('\n');
      } finally {
        await releaseInReverse(leases);
      }
    },
    readImage: (file) => timeImageWays(host, image.disk, file),
  };
}

/** Enters the control groups, in each hierarchy, before the program begins. */
const ENTER_AND_RUN = 'for group; do echo 0 >"$group/cgroup.procs" || exit; done; exec perl - "$0"';

let made = 0;

function makeRoom(host: PrepareContext['host'], limits: PrepareContext['limits']) {
  made += 1;
  const name = `host-${process.pid}-${made}`;
  return releaseOnFailure(async (own, leases) => {
    const { folder, lease } = await makeBootFolder(host, name);
    own(lease);
    const group = makeBootCgroup(host, name, limits);
    own(group.lease);
    return { folder, cgroup: group.cgroup, leases };
  });
}
