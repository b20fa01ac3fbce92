import { existsSync, realpathSync } from 'node:fs';
import { chmod, copyFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { hostError } from '../../core/error.ts';
import type { HostContext } from '../host/context.ts';
import { installCommand, locate, packagesOf, tools } from '../host/tools.ts';
import { bootDiskTools, type Firmware } from '../image/boot-disk.ts';
import type { QemuMachine } from './qemu-command.ts';
import { guestArchitectures } from './qemu-guests.ts';
import type { QemuOptions } from './qemu-options.ts';
import type { Unavailable } from './runtime.ts';

/** OVMF's code and its empty store of variables, as Debian's package has them; without Secure Boot. Newest first. */
const OVMF = ['_4M', ''].map((size) => ({
  code: `/usr/share/OVMF/OVMF_CODE${size}.fd`,
  variables: `/usr/share/OVMF/OVMF_VARS${size}.fd`,
}));

/** The tools that a boot through this firmware needs, by name. */
export function firmwareTools(firmware: Firmware): string[] {
  return [...bootDiskTools[firmware], ...(firmware === 'uefi' ? ['ovmf'] : [])];
}

/** What a boot through this firmware lacks on the host; `undefined` where it lacks nothing. */
export function whyNoFirmware(firmware: Firmware): Unavailable | undefined {
  const names = firmwareTools(firmware);
  const missing = tools.filter((tool) => names.includes(tool.name) && locate(tool) === undefined);
  if (missing.length === 0) return undefined;
  return {
    ok: false,
    reason: `boot=${firmware} needs what is not installed: ${missing.map(({ name }) => name).join(', ')}`,
    fix: installCommand(packagesOf(missing)),
  };
}

/** The folders in which this QEMU looks for firmware, in its order; none where it does not say. */
export async function firmwareFolders({ runner }: HostContext, program: string): Promise<string[]> {
  const { stdout } = await runner.run(program, ['-L', 'help'], { allowFailure: true });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('/'))
    .map((line) => resolve(line));
}

/**
 * What runs before the kernel, for the record: `SeaBIOS (bios-256k.bin)`. By the file that QEMU is asked for, or takes
 * where it is told nothing; where that is a link, by the file that it leads to.
 *
 * A kernel that QEMU loads (`-kernel`) does not spare the machine its firmware: SeaBIOS starts first, and then runs the
 * option ROM in which QEMU hands over the kernel: linuxboot_dma.bin, or pvh.bin for an ELF file. qboot has no need of
 * one: it takes the kernel from fw_cfg itself.
 */
export function firmwareName(
  { architecture, type, bios }: Pick<QemuMachine, 'architecture' | 'type' | 'bios'>,
  { boot }: Pick<QemuOptions, 'boot'>,
  folders: readonly string[],
): string {
  if (type === 'virt') return guestArchitectures[architecture].firmware ?? 'none: QEMU starts the kernel';
  const asked = boot === 'uefi' ? (installedOvmf()?.code ?? 'OVMF_CODE.fd') : (bios ?? defaultFirmware(type));
  const file = basename(filesNamed(asked, folders)[0] ?? asked);
  return `${projectOf(file)} (${file})`;
}

/** What a microvm is told to start with (`-bios`); `undefined` where QEMU chooses. */
export const microvmFirmware = ({ firmware }: Pick<QemuOptions, 'firmware'>): string | undefined =>
  firmware === 'qboot' ? QBOOT : undefined;

/** What QEMU's folders lack of it; `undefined` where they lack nothing. */
export function whyNoMicrovmFirmware(
  options: Pick<QemuOptions, 'firmware'>,
  folders: readonly string[],
): Unavailable | undefined {
  const file = microvmFirmware(options);
  if (file === undefined || filesNamed(file, folders).length > 0) return undefined;
  return {
    ok: false,
    reason: `firmware=${options.firmware}: none of QEMU's folders has ${file} (${folders.join(', ')})`,
    fix: installCommand(['qemu-system-data']),
  };
}

const QBOOT = 'qboot.rom';

/** What QEMU loads without `-bios` where the machine has ACPI (hw/i386/microvm.c: qboot.rom where it has not). */
const defaultFirmware = (type: QemuMachine['type']): string =>
  type === 'microvm' ? 'bios-microvm.bin' : 'bios-256k.bin';

/** Every file of this name in the folders, without links. An absolute path is itself. */
const filesNamed = (name: string, folders: readonly string[]): string[] =>
  (name.startsWith('/') ? [name] : folders.map((folder) => join(folder, name)))
    .filter((file) => existsSync(file))
    .map((file) => realpathSync(file));

function projectOf(file: string): string {
  if (file === QBOOT) return 'qboot';
  return file.startsWith('OVMF') ? 'OVMF' : 'SeaBIOS';
}

const installedOvmf = (): (typeof OVMF)[number] | undefined =>
  OVMF.find(({ code, variables }) => existsSync(code) && existsSync(variables));

/** OVMF with a throw-away copy of its variables in the folder. Errors: `missing-tool` (host). */
export async function prepareOvmf(folder: string): Promise<{ code: string; variables: string }> {
  const found = installedOvmf();
  if (found === undefined) {
    throw hostError('missing-tool', 'OVMF is not installed', { hint: installCommand(['ovmf']) });
  }
  const variables = join(folder, 'ovmf-variables.fd');
  await copyFile(found.variables, variables);
  await chmod(variables, 0o600);
  return { code: found.code, variables };
}
