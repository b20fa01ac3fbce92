import { existsSync, readdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { GIB } from '../../core/units.ts';
import type { HostContext } from '../../harness/host/context.ts';
import { imagesFolder } from '../../harness/image/cache.ts';
import { measureTree, packDisk } from '../../harness/image/pack.ts';

/** Disk files that hold what the lab is handed; throw-away, below the run's own folder. */
export interface HandedOver {
  /** The working tree as it is now, built program and packages included. */
  tree: string;
  /** The images of this host's cache, so that the lab needs no network. */
  cache: string;
}

/** Neither history nor what earlier runs wrote. */
const leftOut = new Set(['.git', 'runs', 'coverage']);

/** For what twinboot makes there: images, boot disks. Sparse: what is not written takes no room. */
const ROOM_BYTES = 8 * GIB;

/**
 * Where the lab finds the exact times of the cache's files: an image is known by them, and mkfs keeps whole seconds.
 */
export const TIMES_FILE = '.times';

/** Packs the working tree and the image cache into a disk file each: over 9p the tree alone takes minutes. */
export async function packForLab(host: HostContext): Promise<HandedOver> {
  const root = packageRoot();
  const entries = readdirSync(root).filter((name) => !leftOut.has(name));
  const tree = await pack(
    host,
    'tree',
    entries.map((name) => join(root, name)),
  );
  const images = imagesFolder();
  const finish = (folder: string): Promise<void> => writeTimes(host, folder);
  const cache = await pack(host, 'cache', existsSync(images) ? [images] : [], finish);
  return { tree, cache };
}

async function pack(
  host: HostContext,
  name: string,
  sources: readonly string[],
  finish: (folder: string) => Promise<void> = () => Promise.resolve(),
): Promise<string> {
  const folder = join(host.workFolder, name);
  const disk = join(host.workFolder, `${name}.raw`);
  await mkdir(folder);
  if (sources.length > 0) {
    await host.runner.run('cp', ['-a', '--reflink=auto', '--', ...sources, folder], { signal: host.signal });
  }
  await finish(folder);
  const size = measureTree(folder);
  await packDisk(folder, disk, { ...size, bytes: size.bytes + ROOM_BYTES }, host);
  await host.runner.run('rm', ['-rf', folder]);
  return disk;
}

/** `<time> <path>` for each file, as find(1) prints and touch(1) reads them. */
async function writeTimes({ runner }: HostContext, folder: string): Promise<void> {
  const list = 'find . -type f -printf "%T@ %P\\n" > "$1.new" && mv "$1.new" "$1"';
  await runner.run('sh', ['-c', list, 'sh', TIMES_FILE], { cwd: folder });
}
