import { existsSync } from 'node:fs';
import { architectureOf, type Architecture } from '../../core/architecture.ts';
import { hostError } from '../../core/error.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { findCommand } from '../process/search-path.ts';

/**
 * `bench`: to build, boot and measure with the default runtimes. `runtimes`: for all the others too. `tests`: for
 * twinboot's own tests, which need everything.
 */
export const needs = ['bench', 'runtimes', 'tests'] as const;
export type Need = (typeof needs)[number];

/** A program or a file of the host that twinboot relies on. */
export interface Tool {
  /** Command name; of something that is no command, the name of its package. */
  name: string;
  /** The Debian package that brings it. */
  package: string;
  /** What twinboot does with it: completes "it …". */
  purpose: string;
  neededFor: Need;
  /** For what is no command: any one of these files. */
  files?: readonly string[];
}

const VERSION_TIMEOUT_MS = 10_000;

/** A tool as the table below has it: its name, its package, its purpose, and its files where it is no command. */
type Row = readonly [name: string, package_: string, purpose: string, files?: readonly string[]];

function toolsOf(neededFor: Need, rows: readonly Row[]): Tool[] {
  return rows.map(([name, package_, purpose, files]) => ({
    name,
    package: package_,
    purpose,
    neededFor,
    ...(files && { files }),
  }));
}

const KEYRINGS = ['gpg', 'pgp'].map((type) => `/usr/share/keyrings/debian-archive-keyring.${type}`);
const OVMF_CODE = ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd'];

/** What QEMU calls an architecture, and Debian the package with its system emulator. */
const systemEmulators: Record<Architecture, readonly [command: string, package_: string]> = {
  amd64: ['x86_64', 'x86'],
  arm64: ['aarch64', 'arm'],
  riscv64: ['riscv64', 'misc'],
};

/** The system emulator whose machines are of this architecture. */
export function emulatorOf(architecture: Architecture): Tool {
  const [command, package_] = systemEmulators[architecture].map((name) => `qemu-system-${name}`) as [
    string,
    string,
  ];
  return { name: command, package: package_, purpose: 'runs the virtual machine', neededFor: 'bench' };
}

/** The one for this machine's own architecture; for PCs where twinboot knows no other. */
export function qemuTool(arch: NodeJS.Architecture = process.arch): Tool {
  return emulatorOf(architectureOf(arch) ?? 'amd64');
}

/** For a VM that boots through a firmware: GRUB and OVMF for PCs exist on PCs alone. */
const bootLoaderRows: readonly Row[] = [
  ['sfdisk', 'fdisk', "partitions the boot disk (qemu's boot=bios and boot=uefi)"],
  ['grub-mkimage', 'grub-common', "makes the boot disk's loader"],
  grubRow('grub-pc-bin', 'is the boot loader behind SeaBIOS (boot=bios)', 'i386-pc'),
  grubRow('grub-efi-amd64-bin', 'is the boot loader behind OVMF (boot=uefi)', 'x86_64-efi'),
  ['mkfs.vfat', 'dosfstools', "makes the boot disk's EFI system partition"],
  ['mcopy', 'mtools', 'puts the boot loader on it'],
  ['ovmf', 'ovmf', 'is the firmware of boot=uefi', OVMF_CODE],
];

function grubRow(name: string, purpose: string, format: string): Row {
  return [name, name, purpose, [`/usr/lib/grub/${format}/kernel.img`]];
}

/** Everything twinboot needs of the host, in the order it is talked about. */
export const tools: readonly Tool[] = [
  ...toolsOf('bench', [
    ['mmdebstrap', 'mmdebstrap', 'builds the image'],
    ['apt-get', 'apt', "fetches the image's packages"],
    [
      'debian-archive-keyring',
      'debian-archive-keyring',
      "proves that the image's packages are Debian's",
      KEYRINGS,
    ],
    ['mkfs.ext4', 'e2fsprogs', 'packs the image into one disk file'],
    ['debugfs', 'e2fsprogs', 'makes that file the same at every build'],
    ['systemd-nspawn', 'systemd-container', 'runs the container'],
  ]),
  qemuTool(),
  ...toolsOf('bench', [
    ['qemu-img', 'qemu-utils', "makes the VM's throw-away disk"],
    // Without it a VM boots the packed files, and is slower than the same VM on another host.
    ['zstd', 'zstd', 'unpacks the kernel and initrd that a VM boots, once for each image'],
    ['mount', 'mount', "mounts the container's file system"],
    ['umount', 'mount', 'takes it down again'],
    ['losetup', 'mount', 'attaches the disk file to a loop device'],
    ['unshare', 'util-linux', 'ends host commands with all they started'],
    ['setpriv', 'util-linux', 'ends host commands when twinboot dies'],
    [
      'perl',
      'perl-base',
      'confines a VM, maps ids, makes terminals, and turns a bare container into its init',
    ],
  ]),
  ...toolsOf('runtimes', [
    ['nsenter', 'util-linux', 'enters the user namespace of a bare container (namespaces:userns=on)'],
    ['lxc-start', 'lxc', 'runs the LXC container'],
    ['podman', 'podman', 'runs the Podman container'],
    ['runc', 'runc', "is Podman's OCI runtime on every kind of cgroups"],
    ['crun', 'crun', "is Podman's OCI runtime of choice, but for hybrid cgroups"],
    ...(process.arch === 'x64' ? bootLoaderRows : []),
    ['linux.uml', 'user-mode-linux', "is User-Mode Linux, the guest's kernel and its machine"],
    ['ldd', 'libc-bin', 'names the libraries that User-Mode Linux is let have'],
    ['prlimit', 'util-linux', "raises twinboot's own limit of open files for a large fleet"],
  ]),
  ...toolsOf('tests', [
    ['ssh', 'openssh-client', 'reaches the lab that tests run in'],
    ['ssh-keygen', 'openssh-client', 'makes the key that opens the lab'],
    ['chromium', 'chromium', 'opens the report in the browser tests'],
    ['shellcheck', 'shellcheck', "checks the agent's shell script"],
    ['smem', 'smem', 'sums PSS by another road than twinboot'],
  ]),
];

/** `undefined` for what twinboot does not rely on. */
export function toolNamed(name: string): Tool | undefined {
  return tools.find((tool) => tool.name === name);
}

/** What a need takes, and the tools of `also` by name. */
export function toolsFor(need: Need, also: readonly string[] = []): readonly Tool[] {
  const last = needs.indexOf(need);
  return tools.filter((tool) => needs.indexOf(tool.neededFor) <= last || also.includes(tool.name));
}

/** Where a tool is: its command's path, or its file. `undefined` where it is not installed. No process is started. */
export function locate(tool: Tool): string | undefined {
  return tool.files === undefined ? findCommand(tool.name) : tool.files.find((file) => existsSync(file));
}

/** The path of a command. Errors: `missing-tool` with the package that brings it. */
export function findTool(name: string): string {
  const path = findCommand(name);
  if (path !== undefined) return path;
  const known = toolNamed(name);
  throw hostError('missing-tool', `${name} is not installed`, {
    hint: known === undefined ? 'install the package that brings it' : installHint(known),
  });
}

export function missingTools(need: Need, also: readonly string[] = []): Tool[] {
  return toolsFor(need, also).filter((tool) => locate(tool) === undefined);
}

/** The Debian packages of some tools, each once. */
export function packagesOf(some: readonly Tool[]): string[] {
  return [...new Set(some.map((tool) => tool.package))];
}

export function installCommand(packages: readonly string[]): string {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** How a tool that is missing is come by. */
export function installHint(tool: Tool): string {
  return `twinboot doctor --install, or: ${installCommand([tool.package])}`;
}

export interface ToolState {
  tool: Tool;
  /** Absent: not installed. */
  path?: string;
  /** The package's version, or what the command itself says; absent where neither is known. */
  version?: string;
}

/**
 * `packages`: `installedPackages()`. A command that is not the distribution's own (`/usr/local`, `/opt`) is asked
 * itself; where it is, its package's version is exact and costs no process.
 */
export async function toolState(
  tool: Tool,
  packages: ReadonlyMap<string, string>,
  runner: ProcessRunner,
): Promise<ToolState> {
  const path = locate(tool);
  if (path === undefined) return { tool };
  const packaged = /^\/(usr\/)?(s?bin|share)\//.test(path) ? packages.get(tool.package) : undefined;
  const version = packaged ?? (tool.files === undefined ? await askVersion(path, runner) : undefined);
  return { tool, path, ...(version === undefined ? {} : { version }) };
}

async function askVersion(path: string, runner: ProcessRunner): Promise<string | undefined> {
  try {
    const answer = await runner.run(path, ['--version'], {
      timeoutMs: VERSION_TIMEOUT_MS,
      allowFailure: true,
    });
    return parseVersion(answer.stdout);
  } catch {
    // A version is for the reader's information; whether the tool works is found out by using it.
    return undefined;
  }
}

/**
 * `QEMU emulator version 7.2.22 (Debian …)` → `7.2.22`: the first word of the first line that begins like a
 * version.
 */
export function parseVersion(output: string): string | undefined {
  return /(?:^|[\s(v])(\d+(?:\.\d+)+[^\s,;)]*|\d+(?=[\s(]))/.exec(output.split('\n')[0] ?? '')?.[1];
}
