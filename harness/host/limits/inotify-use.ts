import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { linkIfThere, namesIfThere, textIfThere } from '../../../core/read-if-there.ts';

/** What twinboot's own account has open of inotify(7), in all user namespaces that it made. */
export interface InotifyUse {
  instances: number;
  watches: number;
}

/**
 * Counts the inotify file descriptors of every process and the watches they hold (proc_pid_fdinfo(5)): the kernel tells
 * its own counts nowhere. Charged are the account that opened them and, for what is opened in a user namespace, also
 * the account that made the namespace (Documentation/admin-guide/sysctl/user.rst): a process in another one counts as
 * ours.
 *
 * A descriptor that was inherited or sent counts twice here and once in the kernel; those of systemd are not. Takes
 * some µs for each open file on the host, and nothing else runs meanwhile: for between measurements.
 */
export function countInotify(proc = '/proc'): InotifyUse {
  const use: InotifyUse = { instances: 0, watches: 0 };
  const own = { uid: process.getuid?.() ?? 0, userNamespace: linkIfThere(join(proc, 'self/ns/user')) };
  for (const pid of readdirSync(proc)) {
    const folder = join(proc, pid);
    if (!/^\d+$/.test(pid) || !isCharged(folder, own)) continue;
    for (const fd of namesIfThere(join(folder, 'fd'))) {
      if (linkIfThere(join(folder, 'fd', fd)) !== 'anon_inode:inotify') continue;
      use.instances += 1;
      use.watches += countWatches(join(folder, 'fdinfo', fd));
    }
  }
  return use;
}

function isCharged(folder: string, own: { uid: number; userNamespace: string | undefined }): boolean {
  const owner = statSync(folder, { throwIfNoEntry: false })?.uid;
  return owner === own.uid || linkIfThere(join(folder, 'ns/user')) !== own.userNamespace;
}

/** One line for each watch: `inotify wd:1 ino:…`. */
function countWatches(fdinfo: string): number {
  // It may have been closed since.
  return textIfThere(fdinfo)?.match(/^inotify wd:/gm)?.length ?? 0;
}
