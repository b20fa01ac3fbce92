import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HostContext } from '../host/context.ts';
import { KSM_FOLDER } from '../meters/ksm.ts';
import { releaseInReverse, releaseOnFailure, type Releasable } from '../process/leases.ts';

/**
 * With the kernel's own 100 pages every 20 ms a scan of eight VMs of 512 MiB takes three and a half minutes; what is
 * merged in the end is the same (Documentation/admin-guide/mm/ksm.rst).
 */
const SETTINGS = { pages_to_scan: '10000', run: '1' };

/**
 * Lets KSM run until it is released; then everything is as it was, but what has been merged stays so while it lives.
 */
export function letKsmRun(
  { cleanup }: Pick<HostContext, 'cleanup'>,
  folder = KSM_FOLDER,
): Promise<Releasable> {
  return releaseOnFailure((own, leases) => {
    for (const [name, value] of Object.entries(SETTINGS)) {
      const file = join(folder, name);
      const before = readFileSync(file, 'utf8').trim();
      if (before === value) continue;
      own(cleanup.register({ kind: 'sysctl', file, before, raisedTo: value }));
      writeFileSync(file, value);
    }
    return Promise.resolve({ release: () => releaseInReverse(leases) });
  });
}
