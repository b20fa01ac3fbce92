import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { open, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../core/error.ts';
import type { HostContext } from '../host/context.ts';
import { installCommand, locate, packagesOf, tools } from '../host/tools.ts';
import {
  compressedPart,
  compressionOf,
  hasEntry,
  isCpio,
  kernelPayload,
  noteSegments,
  type Compression,
  type KernelEntry,
} from './boot-kernel-format.ts';
import { whileBuilding } from './build-lock.ts';
import type { CachedImage } from './cache.ts';
import { derivedPath, keepDerived } from './derived-file.ts';
import { inBuildFolder } from './temporary.ts';

export interface BootFile {
  path: string;
  /** Why it is the image's own, compressed file; absent where it is not. */
  compressedBecause?: string;
}

export interface BootKernel {
  kernel: BootFile;
  initrd: BootFile;
}

export interface BootKernelRequest {
  context: Pick<HostContext, 'runner' | 'cleanup' | 'signal'>;
  image: CachedImage;
  note: (message: string) => void;
}

/**
 * The image's kernel and initrd without their compression, for a VMM that loads both itself: the guest then need not
 * unpack them. The kernel becomes the ELF file that is inside it, the initrd a row of plain cpio archives. Made once
 * for each image and kept beside it; where another process is making them, waits. What cannot be had stays as the image
 * has it, with the reason. Errors: `interrupted`.
 */
export async function makeBootKernel({ context, image, note }: BootKernelRequest): Promise<BootKernel> {
  const onWait = (pid: number): void => note(`process ${pid} is unpacking the kernel, waiting`);
  // One lock for both: they come from one image.
  return whileBuilding(join(image.folder, 'boot-kernel'), { signal: context.signal, onWait }, async () => ({
    kernel: await derive(context, image, { name: 'vmlinux', from: image.kernel, unpack: unpackKernel }),
    initrd: await derive(context, image, { name: 'initrd', from: image.initrd, unpack: unpackInitrd }),
  }));
}

/** To be raised with what an unpacked file is made of: one of an earlier twinboot is not mistaken for this one's. */
const RECIPE = 'payload of the bzImage as it is; plain archives, then the unpacked last one/1';

interface Derivation {
  name: string;
  from: string;
  unpack: Unpack;
}

/** Writes the unpacked file, or says why it cannot. Files of its own lie beside it and begin with its name. */
type Unpack = (
  context: BootKernelRequest['context'],
  from: string,
  to: string,
) => Promise<string | undefined>;

async function derive(
  context: BootKernelRequest['context'],
  { folder, description }: CachedImage,
  { name, from, unpack }: Derivation,
): Promise<BootFile> {
  const path = derivedPath(folder, name, `${RECIPE}\0${description.digest}`);
  if (existsSync(path)) return { path };
  return inBuildFolder(context.cleanup, async (work) => {
    const draft = join(work, name);
    const compressedBecause = await unpack(context, from, draft);
    if (compressedBecause !== undefined) return { path: from, compressedBecause };
    await keepDerived(draft, path);
    return { path };
  });
}

const unpackKernel: Unpack = async (context, from, to) => {
  const image = await readFile(from);
  const payload = kernelPayload(image);
  if (payload === undefined) return 'the kernel is no bzImage with a payload';
  const data = image.subarray(payload.offset, payload.offset + payload.bytes);
  const failure = await decompress(context, payload.compression, data, to);
  if (failure !== undefined) return failure;
  const { size } = await stat(to);
  if (size !== payload.unpackedBytes)
    return `the kernel unpacks to ${size} bytes and not to ${payload.unpackedBytes}`;
  // Without it QEMU could not start an ELF file of 64 bits.
  return (await kernelHas(to, 'pvh')) ? undefined : 'the kernel has no PVH entry';
};

const unpackInitrd: Unpack = async (context, from, to) => {
  const initrd = await readFile(from);
  const at = compressedPart(initrd);
  if (at === undefined) return 'the initrd has an archive without an end';
  await writeFile(to, initrd.subarray(0, at));
  if (at === initrd.length) return undefined;
  const part = initrd.subarray(at);
  const unpacked = `${to}-part`;
  const failure = await decompress(context, compressionOf(part), part, unpacked);
  if (failure !== undefined) return failure;
  if (!isCpio(await readPart(unpacked, 0, 6))) return 'what is compressed in the initrd is no cpio archive';
  // An archive begins at a multiple of four (the kernel's init/initramfs.c).
  await writeFile(to, Buffer.alloc(-at & 3), { flag: 'a' });
  await pipeline(createReadStream(unpacked), createWriteStream(to, { flags: 'a' }));
  return undefined;
};

/** Each makes `FILE` of `FILE.<ending>`; gzip is Node's own. */
const unpackers: Record<Exclude<Compression, 'gzip'>, Unpacker> = {
  zstd: { ending: 'zst', args: (packed, to) => ['-d', '-q', packed, '-o', to] },
  // It takes no other name than the file's without its ending.
  xz: { ending: 'xz', args: (packed) => ['-d', '-q', '--keep', '--single-stream', packed] },
  lz4: { ending: 'lz4', args: (packed, to) => ['-d', '-q', packed, to] },
};

interface Unpacker {
  ending: string;
  args: (packed: string, to: string) => string[];
}

/** Why it could not be done; `undefined` where `to` is there. Errors: `interrupted`. */
async function decompress(
  { runner, signal }: BootKernelRequest['context'],
  compression: Compression | undefined,
  data: Buffer,
  to: string,
): Promise<string | undefined> {
  if (compression === undefined) return 'its compression is none that twinboot knows (gzip, xz, zstd, lz4)';
  try {
    if (compression === 'gzip') {
      await pipeline([data], createGunzip(), createWriteStream(to));
      return undefined;
    }
    const { ending, args } = unpackers[compression];
    const packed = `${to}.${ending}`;
    await writeFile(packed, data);
    await runner.run(compression, args(packed, to), { signal });
    return undefined;
  } catch (error) {
    if (signal.aborted) throw error;
    const missing = tools.filter((tool) => tool.name === compression && locate(tool) === undefined);
    return missing.length === 0
      ? messageOf(error)
      : `${compression} is not installed (${installCommand(packagesOf(missing))})`;
  }
}

/** What is at the beginning of an ELF file: its header and its program headers. */
const ELF_HEAD_BYTES = 4096;

/** Whether an uncompressed kernel has such an entry. */
export async function kernelHas(file: string, entry: KernelEntry): Promise<boolean> {
  for (const { offset, bytes } of noteSegments(await readPart(file, 0, ELF_HEAD_BYTES))) {
    if (hasEntry(await readPart(file, offset, bytes), entry)) return true;
  }
  return false;
}

async function readPart(file: string, offset: number, bytes: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    // No more than the file has, whatever its headers promise.
    const { size } = await handle.stat();
    const part = Buffer.alloc(Math.max(0, Math.min(bytes, size - offset)));
    const { bytesRead } = await handle.read(part, 0, part.length, offset);
    return part.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
