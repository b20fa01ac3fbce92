import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, lstatSync, readdirSync, type Stats } from 'node:fs';
import { chmod, open, rm, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openFileBelow, openFolderBelow } from '../../core/below.ts';
import { errnoOf, runError } from '../../core/error.ts';
import { linkIfThere } from '../../core/read-if-there.ts';
import { MIB, roundUp } from '../../core/units.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { FILE_SYSTEM_UUID, HASH_SEED, IMAGE_EPOCH_S, reproducibleEnvironment } from './reproducible.ts';
import { entriesOf } from './walk-tree.ts';

const BLOCK_BYTES = 4096;
const INODE_BYTES = 256;
/** What an instance may write: its journal, logs and state. Throw-away overlays hold it, the image stays as it is. */
const HEADROOM_BYTES = 256 * MIB;
const HEADROOM_INODES = 32_768;
/** How much of a file is read at a time. */
export const READ_BYTES = 4 * MIB;

export interface TreeSize {
  /** Blocks that an ext4 needs for the content, hard links counted once: the same on every build host. */
  bytes: number;
  /** Files, folders and links. */
  entries: number;
}

export function measureTree(folder: string): TreeSize {
  const seen = new Set<number>();
  let bytes = 0;
  let entries = 0;
  for (const { stats } of entriesOf(folder)) {
    if (!stats.isDirectory() && stats.nlink > 1) {
      if (seen.has(stats.ino)) continue;
      seen.add(stats.ino);
    }
    bytes += blockBytes(stats);
    entries += 1;
  }
  return { bytes, entries };
}

/** A link of up to 59 characters lies in its inode, as do devices (ext4(5), inode structure). */
function blockBytes(stats: Stats): number {
  if (stats.isDirectory()) return BLOCK_BYTES;
  if (stats.isFile() || (stats.isSymbolicLink() && stats.size >= 60)) return roundUp(stats.size, BLOCK_BYTES);
  return 0;
}

/**
 * Packs the tree into one raw disk file with one ext4 file system, readable by all and writable by none. Returns
 * the file's size in bytes. The same tree, apart from what `levelTimes` levels, gives the same bytes with the same
 * mke2fs. Errors: those of the runner.
 */
export async function packDisk(
  tree: string,
  disk: string,
  size: TreeSize,
  context: { runner: ProcessRunner; signal: AbortSignal },
): Promise<number> {
  const inodes = size.entries + HEADROOM_INODES;
  await writeFile(disk, '');
  await truncate(disk, roundUp(size.bytes + inodes * INODE_BYTES + HEADROOM_BYTES, 4 * MIB));
  const options = { signal: context.signal, env: reproducibleEnvironment };
  await context.runner.run('mkfs.ext4', mkfsArguments(tree, disk, inodes), options);
  await levelHostTimes(disk, context);
  await chmod(disk, 0o444);
  return lstatSync(disk).size;
}

/** Inodes below it are the file system's own; it is that of lost+found. */
const FIRST_INODE = 11;
const ROOT_INODE = 2;

/**
 * mke2fs takes over when each file was last read and changed on the build host; the latter (ctime) no call can set
 * there, so both are written over in the file system itself.
 */
async function levelHostTimes(
  disk: string,
  { runner, signal }: { runner: ProcessRunner; signal: AbortSignal },
): Promise<void> {
  const { stdout } = await runner.run('dumpe2fs', ['-h', disk], { signal });
  const figure = (name: string): number => Number(new RegExp(`^${name}: +(\\d+)$`, 'm').exec(stdout)?.[1]);
  const last = figure('Inode count') - figure('Free inodes');
  const inodes = [ROOT_INODE];
  for (let inode = FIRST_INODE; inode <= last; inode += 1) inodes.push(inode);
  const commands = inodes.flatMap((inode) =>
    ['atime', 'ctime'].map((field) => `set_inode_field <${inode}> ${field} @${IMAGE_EPOCH_S}\n`),
  );
  const file = `${disk}.debugfs`;
  await writeFile(file, commands.join(''));
  await runner.run('debugfs', ['-w', '-f', file, disk], { signal, env: reproducibleEnvironment });
  await rm(file);
}

export function mkfsArguments(tree: string, disk: string, inodes: number): string[] {
  return [
    ...['-q', '-F', '-L', 'twinboot', '-d', tree],
    // mke2fs would pick 1 KiB blocks for a file system as small as this one.
    ...['-b', String(BLOCK_BYTES), '-I', String(INODE_BYTES), '-N', String(inodes), '-m', '0'],
    // Else the kernel of every instance goes on making the file system in the background while it is measured.
    ...['-E', `lazy_itable_init=0,lazy_journal_init=0,hash_seed=${HASH_SEED}`, '-U', FILE_SYSTEM_UUID],
    disk,
  ];
}

/**
 * Copies the kernel and the initrd out of the tree's /boot and returns the kernel's release. Both have to be files: a
 * link could lead to a file of the host. Errors: `no-kernel`, `no-initrd` (run), `link-in-the-way`, `not-a-file`
 * (usage).
 */
export async function copyKernel(tree: string, kernel: string, initrd: string): Promise<string> {
  const file = kernelFile(tree, filesOfBoot(tree));
  const release = releaseOf(file) ?? '';
  await copyFromTree(tree, `boot/${file}`, kernel);
  await copyFromTree(tree, `boot/initrd.img-${release}`, initrd).catch((error: unknown) => {
    if (errnoOf(error) !== 'ENOENT') throw error;
    throw runError('no-initrd', `the image has no initrd for its kernel ${release}`);
  });
  return release;
}

async function copyFromTree(tree: string, path: string, to: string): Promise<void> {
  const descriptor = openFileBelow(tree, path);
  await pipeline(
    createReadStream('', { fd: descriptor }),
    createWriteStream(to, { flags: 'wx', mode: 0o644 }),
  );
}

function filesOfBoot(tree: string): string[] {
  const boot = openFolderBelow(tree, 'boot');
  try {
    return readdirSync(boot.path);
  } finally {
    boot.close();
  }
}

/** It becomes part of paths and of a boot loader's script. Debian's kernel of riscv64 is not compressed: vmlinux. */
const KERNEL = /^vmlinu[xz]-([\w.+~-]+)$/;

const releaseOf = (file: string): string | undefined => KERNEL.exec(file)?.[1];

function kernelFile(tree: string, bootFiles: readonly string[]): string {
  const kernels = bootFiles.filter((name) => releaseOf(name) !== undefined);
  const compressed = kernels.filter((name) => name.startsWith('vmlinuz'));
  const files = compressed.length > 0 ? compressed : kernels;
  const [only] = files;
  if (only === undefined) throw runError('no-kernel', 'the image has no kernel in /boot');
  if (files.length === 1) return only;
  // With several, Debian's own link at the root says which one is booted.
  const chosen = ['vmlinuz', 'vmlinux'].map((link) => basename(linkIfThere(join(tree, link)) ?? ''));
  return files.find((name) => chosen.includes(name)) ?? only;
}

/** SHA-256 of the file as it stands, hex. */
export async function digestFile(file: string, signal?: AbortSignal): Promise<string> {
  const hash = createHash('sha256');
  const stream = createReadStream(file, {
    highWaterMark: READ_BYTES,
    ...(signal === undefined ? {} : { signal }),
  });
  for await (const chunk of stream) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Waits until the file is on the disk itself, so that a power cut cannot leave a good name on bad content. */
export async function flush(file: string): Promise<void> {
  const handle = await open(file, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
