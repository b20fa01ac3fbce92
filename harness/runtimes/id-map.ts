import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { USER_NAMESPACE_SIZE } from './user-namespace.ts';

/**
 * Puts an id-mapped view of a mount on top of it: files of id n appear as id `idBase` + n (mount_setattr(2), Linux 5.12;
 * as the lower layer of an overlay since 5.19). mount(8) can do it from util-linux 2.39 on; Debian 12 has 2.38, so a
 * short Perl program makes the system calls: perl-base is essential to every Debian.
 * Errors: `command-failed` with the call that was refused.
 */
export async function mapIds(runner: ProcessRunner, path: string, idBase: number): Promise<void> {
  const program = join(packageRoot(), 'harness/runtimes/id-map.pl');
  await runner.run('perl', [program, path, String(idBase), String(USER_NAMESPACE_SIZE)]);
}
