import { existsSync } from 'node:fs';
import { open, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MIB } from '../../core/units.ts';
import type { HostContext } from '../host/context.ts';
import { whileBuilding } from './build-lock.ts';
import {
  biosPieces,
  grubScript,
  LOADER_SECTOR,
  makeEfiSystem,
  makeGrub,
  ROOT_PARTITION_UUID,
  SECTOR_BYTES,
  type Firmware,
} from './boot-loader.ts';
import type { CachedImage } from './cache.ts';
import { derivedPath, keepDerived } from './derived-file.ts';
import { inBuildFolder } from './temporary.ts';

export { ROOT_PARTITION_UUID, type Firmware } from './boot-loader.ts';

/** Host tools that make a boot disk, by command or package name. */
export const bootDiskTools = {
  bios: ['grub-mkimage', 'grub-pc-bin', 'sfdisk'],
  uefi: ['grub-mkimage', 'grub-efi-amd64-bin', 'sfdisk', 'mkfs.vfat', 'mcopy'],
} as const;

/** Partition 1, for the boot loader; GPT partition types of the UEFI specification and of GRUB. */
const loaderPartitions = {
  bios: { bytes: MIB, type: '21686148-6449-6E6F-744E-656564454649' },
  uefi: { bytes: 16 * MIB, type: 'C12A7328-F81F-11D2-BA4B-00A0C93EC93B' },
} as const;
const LINUX_PARTITION = '0FC63DAF-8483-4772-8E79-3D69D8477DE4';
/** For the partition table's copy at the end of the disk. */
const TAIL_BYTES = MIB;

export interface BootDiskRequest {
  context: Pick<HostContext, 'runner' | 'cleanup' | 'signal'>;
  image: CachedImage;
  firmware: Firmware;
  note: (message: string) => void;
}

/**
 * A disk that a firmware can boot: GPT, GRUB, and as its second partition the image's file system, byte for byte.
 * Made once for each image and kept beside it; where another process is making it, waits. Returns its path.
 * Errors: those of the runner (`missing-tool`, `command-failed`), `interrupted`.
 */
export async function makeBootDisk({ context, image, firmware, note }: BootDiskRequest): Promise<string> {
  const script = grubScript(firmware, image.description.kernel);
  const recipe = JSON.stringify([script, partitionTable(firmware, 0)]);
  const disk = derivedPath(image.folder, `disk-${firmware}`, recipe, '.raw');
  const onWait = (pid: number): void => note(`process ${pid} is making the ${firmware} boot disk, waiting`);
  return whileBuilding(disk, { signal: context.signal, onWait }, async () => {
    if (existsSync(disk)) return disk;
    note(`making the disk that boots through ${firmware === 'bios' ? 'SeaBIOS' : 'OVMF'} and GRUB`);
    return inBuildFolder(context.cleanup, async (folder) => {
      const draft = join(folder, 'disk.raw');
      await fill(draft, folder, { context, image, firmware, script });
      await keepDerived(draft, disk);
      return disk;
    });
  });
}

interface Work {
  context: BootDiskRequest['context'];
  image: CachedImage;
  firmware: Firmware;
  script: string;
}

async function fill(disk: string, folder: string, { context, image, firmware, script }: Work): Promise<void> {
  const { runner, signal } = context;
  const loader = loaderPartitions[firmware];
  const rootOffset = rootOffsetOf(firmware);
  await writeFile(disk, '');
  await truncate(disk, rootOffset + image.description.bytes + TAIL_BYTES);
  await runner.run('sfdisk', ['--quiet', disk], { input: partitionTable(firmware, image.description.bytes) });
  const grub = await makeGrub(runner, firmware, script, folder);
  if (firmware === 'bios') {
    const { boot, core } = await biosPieces(grub, loader.bytes);
    await writeAt(disk, [
      [boot, 0],
      [core, LOADER_SECTOR * SECTOR_BYTES],
    ]);
  } else {
    const efi = await makeEfiSystem(runner, grub, loader.bytes, folder);
    await runner.run('dd', copyArguments(efi, disk, LOADER_SECTOR * SECTOR_BYTES), { signal });
  }
  await runner.run('dd', copyArguments(image.disk, disk, rootOffset), { signal });
}

/** Where the image's file system begins on the disk, bytes. */
export function rootOffsetOf(firmware: Firmware): number {
  return LOADER_SECTOR * SECTOR_BYTES + loaderPartitions[firmware].bytes;
}

/** For sfdisk(8); in sectors. */
export function partitionTable(firmware: Firmware, rootBytes: number): string {
  const { bytes, type } = loaderPartitions[firmware];
  const loaderSectors = bytes / SECTOR_BYTES;
  return [
    'label: gpt',
    `start=${LOADER_SECTOR}, size=${loaderSectors}, type=${type}`,
    `start=${LOADER_SECTOR + loaderSectors}, size=${rootBytes / SECTOR_BYTES}, type=${LINUX_PARTITION}, uuid=${ROOT_PARTITION_UUID}`,
    '',
  ].join('\n');
}

/** Holes stay holes: the target is sparse and empty. */
function copyArguments(from: string, to: string, offset: number): string[] {
  return [
    `if=${from}`,
    `of=${to}`,
    'bs=64K',
    `seek=${offset / (64 * 1024)}`,
    'conv=notrunc,sparse',
    'status=none',
  ];
}

async function writeAt(file: string, pieces: readonly (readonly [Buffer, number])[]): Promise<void> {
  const handle = await open(file, 'r+');
  try {
    for (const [piece, offset] of pieces) await handle.write(piece, 0, piece.length, offset);
  } finally {
    await handle.close();
  }
}
