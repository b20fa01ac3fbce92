import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, lstatSync, opendirSync, readdirSync } from 'node:fs';
import { chmod, open, truncate, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { openFileBelow, openFolderBelow } from '../../core/below.ts';
import { errnoOf, runError } from '../../core/error.ts';
import { linkIfThere } from '../../core/read-if-there.ts';
import { MIB, roundUp } from '../../core/units.ts';
import type { ProcessRunner } from '../process/runner.ts';

const BLOCK_BYTES = 4096;
const INODE_BYTES = 256;
/** What an instance may write: its journal, logs and state. Throw-away overlays hold it, the image stays as it is. */
const HEADROOM_BYTES = 256 * MIB;
const HEADROOM_INODES = 32_768;
const READ_BYTES = 4 * MIB;

export interface TreeSize {
  /** Blocks in use, hard links counted once. */
  bytes: number;
  /** Files, folders and links. */
  entries: number;
}

export function measureTree(folder: string): TreeSize {
  const seen = new Set<number>();
  let bytes = 0;
  let entries = 0;
  const visit = (path: string): void => {
    const { ino, nlink, blocks } = lstatSync(path);
    if (nlink > 1 && seen.has(ino)) return;
    if (nlink > 1) seen.add(ino);
    bytes += blocks * 512;
    entries += 1;
  };
  const walk = (path: string): void => {
    visit(path);
    const opened = opendirSync(path);
    for (let entry = opened.readSync(); entry !== null; entry = opened.readSync()) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) walk(child);
      else visit(child);
    }
    opened.closeSync();
  };
  walk(folder);
  return { bytes, entries };
}

/**
 * Packs the tree into one raw disk file with one ext4 file system, readable by all and writable by none. Returns
 * the file's size in bytes. Errors: those of the runner.
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
  await context.runner.run('mkfs.ext4', mkfsArguments(tree, disk, inodes), { signal: context.signal });
  await chmod(disk, 0o444);
  return lstatSync(disk).size;
}

export function mkfsArguments(tree: string, disk: string, inodes: number): string[] {
  return [
    ...['-q', '-F', '-L', 'twinboot', '-d', tree],
    // mke2fs would pick 1 KiB blocks for a file system as small as this one.
    ...['-b', String(BLOCK_BYTES), '-I', String(INODE_BYTES), '-N', String(inodes), '-m', '0'],
    // Else the kernel of every instance goes on making the file system in the background while it is measured.
    ...['-E', 'lazy_itable_init=0,lazy_journal_init=0'],
    disk,
  ];
}

/**
 * Copies the kernel and the initrd out of the tree's /boot and returns the kernel's release. Both have to be files: a link
 * could lead to a file of the host. Errors: `no-kernel`, `no-initrd` (run), `link-in-the-way`, `not-a-file` (usage).
 */
export async function copyKernel(tree: string, kernel: string, initrd: string): Promise<string> {
  const release = kernelRelease(tree, filesOfBoot(tree));
  await copyFromTree(tree, `boot/vmlinuz-${release}`, kernel);
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

/** It becomes part of paths and of a boot loader's script. */
const KERNEL = /^vmlinuz-([\w.+~-]+)$/;

function kernelRelease(tree: string, bootFiles: readonly string[]): string {
  const releases = bootFiles.flatMap((name) => KERNEL.exec(name)?.[1] ?? []);
  const [only] = releases;
  if (only === undefined) throw runError('no-kernel', 'the image has no kernel in /boot');
  if (releases.length === 1) return only;
  // With several, Debian's own link at the root says which one is booted.
  const chosen = KERNEL.exec(basename(linkIfThere(join(tree, 'vmlinuz')) ?? ''))?.[1] ?? '';
  return releases.includes(chosen) ? chosen : only;
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
