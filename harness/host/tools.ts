import { existsSync } from 'node:fs';
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

/** The system emulator for this machine's own architecture: a VM of another one would measure emulation. */
export function qemuTool(arch: string = process.arch): Tool {
  const purpose = 'runs the virtual machine';
  return arch === 'arm64'
    ? { name: 'qemu-system-aarch64', package: 'qemu-system-arm', purpose, neededFor: 'bench' }
    : { name: 'qemu-system-x86_64', package: 'qemu-system-x86', purpose, neededFor: 'bench' };
}

/** For a VM that boots through a firmware: GRUB and OVMF for PCs exist on PCs alone. */
function bootLoaderTools(): Tool[] {
  if (process.arch !== 'x64') return [];
  const grub = (name: string, purpose: string, format: string): Tool => ({
    name,
    package: name,
    purpose,
    neededFor: 'runtimes',
    files: [`/usr/lib/grub/${format}/kernel.img`],
  });
  const command = (name: string, package_: string, purpose: string): Tool => ({
    name,
    package: package_,
    purpose,
    neededFor: 'runtimes',
  });
  return [
    command('sfdisk', 'fdisk', "partitions the boot disk (qemu's boot=bios and boot=uefi)"),
    command('grub-mkimage', 'grub-common', "makes the boot disk's loader"),
    grub('grub-pc-bin', 'is the boot loader behind SeaBIOS (boot=bios)', 'i386-pc'),
    grub('grub-efi-amd64-bin', 'is the boot loader behind OVMF (boot=uefi)', 'x86_64-efi'),
    command('mkfs.vfat', 'dosfstools', "makes the boot disk's EFI system partition"),
    command('mcopy', 'mtools', 'puts the boot loader on it'),
    {
      name: 'ovmf',
      package: 'ovmf',
      purpose: 'is the firmware of boot=uefi',
      neededFor: 'runtimes',
      files: ['/usr/share/OVMF/OVMF_CODE_4M.fd', '/usr/share/OVMF/OVMF_CODE.fd'],
    },
  ];
}

/** Everything twinboot needs of the host, in the order it is talked about. */
export const tools: readonly Tool[] = [
  { name: 'mmdebstrap', package: 'mmdebstrap', purpose: 'builds the image', neededFor: 'bench' },
  { name: 'apt-get', package: 'apt', purpose: "fetches the image's packages", neededFor: 'bench' },
  {
    name: 'debian-archive-keyring',
    package: 'debian-archive-keyring',
    purpose: "proves that the image's packages are Debian's",
    neededFor: 'bench',
    files: ['gpg', 'pgp'].map((type) => `/usr/share/keyrings/debian-archive-keyring.${type}`),
  },
  {
    name: 'mkfs.ext4',
    package: 'e2fsprogs',
    purpose: 'packs the image into one disk file',
    neededFor: 'bench',
  },
  { name: 'systemd-nspawn', package: 'systemd-container', purpose: 'runs the container', neededFor: 'bench' },
  qemuTool(),
  { name: 'qemu-img', package: 'qemu-utils', purpose: "makes the VM's throw-away disk", neededFor: 'bench' },
  {
    name: 'zstd',
    package: 'zstd',
    // Without it a VM boots the packed files, and is slower than the same VM on another host.
    purpose: 'unpacks the kernel and initrd that a VM boots, once for each image',
    neededFor: 'bench',
  },
  { name: 'mount', package: 'mount', purpose: "mounts the container's file system", neededFor: 'bench' },
  { name: 'umount', package: 'mount', purpose: 'takes it down again', neededFor: 'bench' },
  {
    name: 'losetup',
    package: 'mount',
    purpose: 'attaches the disk file to a loop device',
    neededFor: 'bench',
  },
  {
    name: 'unshare',
    package: 'util-linux',
    purpose: 'ends host commands with all they started',
    neededFor: 'bench',
  },
  {
    name: 'setpriv',
    package: 'util-linux',
    purpose: 'ends host commands when twinboot dies',
    neededFor: 'bench',
  },
  {
    name: 'perl',
    package: 'perl-base',
    purpose: 'confines a VM, maps ids, makes terminals, and turns a bare container into its init',
    neededFor: 'bench',
  },
  {
    name: 'nsenter',
    package: 'util-linux',
    purpose: 'enters the user namespace of a bare container (namespaces:userns=on)',
    neededFor: 'runtimes',
  },
  { name: 'lxc-start', package: 'lxc', purpose: 'runs the LXC container', neededFor: 'runtimes' },
  { name: 'podman', package: 'podman', purpose: 'runs the Podman container', neededFor: 'runtimes' },
  {
    name: 'runc',
    package: 'runc',
    purpose: "is Podman's OCI runtime on every kind of cgroups",
    neededFor: 'runtimes',
  },
  {
    name: 'crun',
    package: 'crun',
    purpose: "is Podman's OCI runtime of choice, but for hybrid cgroups",
    neededFor: 'runtimes',
  },
  ...bootLoaderTools(),
  {
    name: 'linux.uml',
    package: 'user-mode-linux',
    purpose: "is User-Mode Linux, the guest's kernel and its machine",
    neededFor: 'runtimes',
  },
  {
    name: 'ldd',
    package: 'libc-bin',
    purpose: 'names the libraries that User-Mode Linux is let have',
    neededFor: 'runtimes',
  },
  {
    name: 'prlimit',
    package: 'util-linux',
    purpose: "raises twinboot's own limit of open files for a large fleet",
    neededFor: 'runtimes',
  },
  {
    name: 'ssh',
    package: 'openssh-client',
    purpose: 'reaches the lab that tests run in',
    neededFor: 'tests',
  },
  {
    name: 'ssh-keygen',
    package: 'openssh-client',
    purpose: 'makes the key that opens the lab',
    neededFor: 'tests',
  },
  {
    name: 'chromium',
    package: 'chromium',
    purpose: 'opens the report in the browser tests',
    neededFor: 'tests',
  },
  {
    name: 'shellcheck',
    package: 'shellcheck',
    purpose: "checks the agent's shell script",
    neededFor: 'tests',
  },
  {
    name: 'smem',
    package: 'smem',
    purpose: 'sums PSS by another road than twinboot',
    neededFor: 'tests',
  },
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
    hint:
      known === undefined
        ? 'install the package that brings it'
        : `twinboot doctor --install, or: ${installCommand([known.package])}`,
  });
}

export function missingTools(need: Need, also: readonly string[] = []): Tool[] {
  return toolsFor(need, also).filter((tool) => locate(tool) === undefined);
}

/** The Debian packages of some tools, each once. */
export function packagesOf(some: readonly Tool[]): string[] {
  return [...new Set(some.map((tool) => tool.package))];
}

/** The command that installs packages, to be copied into a terminal. */
export function installCommand(packages: readonly string[]): string {
  return `sudo apt-get update && sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`;
}

/** A tool as this host has it. */
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

/** `QEMU emulator version 7.2.22 (Debian …)` → `7.2.22`: the first word of the first line that begins like a version. */
export function parseVersion(output: string): string | undefined {
  return /(?:^|[\s(v])(\d+(?:\.\d+)+[^\s,;)]*|\d+(?=[\s(]))/.exec(output.split('\n')[0] ?? '')?.[1];
}
