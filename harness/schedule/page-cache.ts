import { writeFile } from 'node:fs/promises';
import type { ProcessRunner } from '../process/runner.ts';

/** Writes dirty pages back and drops the page cache, dentries and inodes: the next boot reads from the disk (proc(5), drop_caches). */
export async function dropPageCache(runner: ProcessRunner): Promise<void> {
  await runner.run('sync', []);
  await writeFile('/proc/sys/vm/drop_caches', '3');
}
