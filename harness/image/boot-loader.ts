import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runError } from '../../core/error.ts';
import type { ProcessRunner } from '../process/runner.ts';

/** The firmware that starts a boot loader: a PC's BIOS (SeaBIOS), or UEFI (OVMF). */
export type Firmware = 'bios' | 'uefi';

/** Where the parts of a boot disk lie; partition 1 is the boot loader's, partition 2 the image's file system. */
export const SECTOR_BYTES = 512;
export const LOADER_SECTOR = 2048;

/** The unique id of the root partition, for the kernel's `root=PARTUUID=`: known before the disk is made. */
export const ROOT_PARTITION_UUID = '7b1b0a5e-2d0c-4b43-9c1e-7457494e4254';

const GRUB_FOLDER = '/usr/lib/grub';

const targets = {
  bios: { format: 'i386-pc', modules: ['biosdisk', 'serial', 'terminal'] },
  uefi: { format: 'x86_64-efi', modules: [] },
} as const;
const COMMON_MODULES = ['part_gpt', 'ext2', 'normal', 'eval', 'smbios', 'linux'];

/**
 * What GRUB does: no menu, no time-out. It loads the kernel and the initrd that lie in the image's own file system. The
 * kernel's arguments come from the VMM, as the first OEM string of SMBIOS (type 11; its string number 1 is in the byte
 * at offset 4), so that one disk serves every boot. `eval` splits them into words. The UEFI's own console is the
 * serial port already.
 */
export function grubScript(firmware: Firmware, kernelRelease: string): string {
  return [
    ...(firmware === 'bios' ? ['serial --unit=0 --speed=115200', 'terminal_output serial'] : []),
    'set root=(hd0,gpt2)',
    'smbios --type 11 --get-string 4 --set arguments',
    `eval "linux /boot/vmlinuz-${kernelRelease} $arguments"`,
    `initrd /boot/initrd.img-${kernelRelease}`,
    'boot',
    '',
  ].join('\n');
}

/** Makes GRUB's image with the script inside it, in the folder. Returns its path. Errors: those of the runner. */
export async function makeGrub(
  runner: ProcessRunner,
  firmware: Firmware,
  script: string,
  folder: string,
): Promise<string> {
  const { format, modules } = targets[firmware];
  const [scriptFile, grub] = [join(folder, 'grub.cfg'), join(folder, 'grub.img')];
  await writeFile(scriptFile, script);
  await runner.run('grub-mkimage', [
    ...['--format', format, '--prefix', '(hd0,gpt2)/boot/grub', '--config', scriptFile],
    ...['--output', grub, ...COMMON_MODULES, ...modules],
  ]);
  return grub;
}

/**
 * A small FAT file system with GRUB at the place where a UEFI looks on a disk that it does not know (UEFI 2.10,
 * 3.5.1.1).
 */
export async function makeEfiSystem(
  runner: ProcessRunner,
  grub: string,
  bytes: number,
  folder: string,
): Promise<string> {
  const file = join(folder, 'esp.img');
  await runner.run('mkfs.vfat', ['-n', 'EFI', '-C', file, String(bytes / 1024)]);
  await runner.run('mmd', ['-i', file, '::/EFI', '::/EFI/BOOT']);
  await runner.run('mcopy', ['-i', file, grub, '::/EFI/BOOT/BOOTX64.EFI']);
  return file;
}

/** boot.img: code up to the disk signature; the sector to load next at 0x5c (GRUB's include/grub/i386/pc/boot.h). */
const BOOT_CODE_BYTES = 440;
const NEXT_SECTOR_OFFSET = 0x5c;
/** core.img's first sector ends with the list of what follows it: first sector, count, segment. */
const CORE_LIST_OFFSET = 0x1f4;

/**
 * The two pieces that a BIOS needs: the code for the disk's first sector, and GRUB for the BIOS boot partition. Both
 * name the sector that comes next, as grub-bios-setup(8) would write it; that program wants a block device, and this
 * none.
 */
export async function biosPieces(grub: string, limitBytes: number): Promise<{ boot: Buffer; core: Buffer }> {
  const boot = (await readFile(join(GRUB_FOLDER, 'i386-pc/boot.img'))).subarray(0, BOOT_CODE_BYTES);
  boot.writeBigUInt64LE(BigInt(LOADER_SECTOR), NEXT_SECTOR_OFFSET);
  const { size } = await stat(grub);
  if (size > limitBytes) throw runError('boot-loader-too-large', `GRUB takes ${size} bytes of ${limitBytes}`);
  const core = await readFile(grub);
  core.writeBigUInt64LE(BigInt(LOADER_SECTOR + 1), CORE_LIST_OFFSET);
  return { boot, core };
}
