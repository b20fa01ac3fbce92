import { chown, mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hostError, messageOf, runError } from '../../core/error.ts';
import { GIB, MIB } from '../../core/units.ts';
import { createAgent } from '../guest/agent.ts';
import { openFifoChannel } from '../guest/channel.ts';
import type { HostContext } from '../host/context.ts';
import type { Lease } from '../process/cleanup.ts';
import { pickConfinedUser, plainDevices, type Room } from '../process/room.ts';
import { closing, releaseOnFailure } from '../process/leases.ts';
import { findCommand } from '../process/search-path.ts';
import { sharedLibraries } from '../process/shared-libraries.ts';
import { makeBootCgroup, makeBootFolder } from './boot-folder.ts';
import { describeRuntime } from './prepare.ts';
import { launchInstance } from './instance.ts';
import { sizeOption } from './options.ts';
import type { Runtime } from './runtime.ts';
import { toolAvailability } from './tool-availability.ts';
import { guestWords } from './uml-append.ts';
import { UML, umlBootArguments, umlRegisters, umlStarter } from './uml-command.ts';
import { makeUmlOverlay } from './uml-overlay.ts';
import { readVmIsolation } from './vm-isolation.ts';
import { vmmLimits } from './vmm-limits.ts';

const shape = z.object({
  memory: sizeOption({ min: 64 * MIB, max: 64 * GIB })
    .optional()
    .describe('guest RAM; default: the limit of the run'),
  append: z.string().default('').describe('added to the kernel command line'),
});
const options = shape.superRefine(({ append }) => void guestWords(append));

/**
 * User-Mode Linux: a Linux kernel as a program of the host, which runs the guest's processes under ptrace(2). It boots
 * the image's root file system with its own kernel, not with the image's, and without an initrd.
 */
export const uml: Runtime<typeof options> = {
  id: 'uml',
  title: 'User-Mode Linux',
  kind: 'vm',
  tools: [UML, 'perl', 'ldd'],
  options,

  async availability(host) {
    if (process.arch !== 'x64') {
      return {
        ok: false,
        reason: `User-Mode Linux runs on x86 alone, this host is ${process.arch}`,
        fix: 'use an x86-64 host',
      };
    }
    return toolAvailability(host, { tool: UML, version: /^(\d[\w.+-]*)/ });
  },

  isolation: () => ({
    kernel: 'own',
    userNamespace: false,
    capabilities: 'none',
    seccomp: false,
    devices: 'none of the host; serial lines and block devices of its own kernel',
  }),

  async prepare(context, given) {
    const { host, image, limits, version: kernel = 'unknown' } = context;
    const ramBytes = given.memory ?? limits.memoryBytes;
    const program = findCommand(UML);
    if (program === undefined) throw hostError('missing-tool', `${UML} is not installed`);
    const needed = [program, ...(await sharedLibraries(host.runner, program))];
    const registers = umlRegisters(kernel, await readFile('/proc/cpuinfo', 'utf8'));
    if (registers === 'sse')
      context.note('this CPU has AMX, which User-Mode Linux cannot keep: the guest uses SSE alone');
    return {
      description: describeRuntime(this, context, {
        version: kernel,
        // UML 6.1 has one CPU, whatever the limit; its version is its kernel's release.
        options: { memory: ramBytes, cpus: 1, append: given.append, kernel, registers },
        emulated: false,
        // What hides registers from ptrace is a filter of system calls.
        isolation: { ...this.isolation(given), seccomp: umlStarter(registers).length > 0 },
      }),
      memoryBytes: ramBytes,
      start: ({ bootId, consoleLog, beforeStart, memoryBytes = ramBytes }) =>
        releaseOnFailure(async (own, leases) => {
          const { folder, lease } = await makeBootFolder(host, bootId);
          own(lease);
          // A name without the commas and colons that stand between file names in `ubd0=`.
          const disk = join(folder, 'disk');
          await symlink(image.disk, disk);
          const user = pickConfinedUser();
          const ram = await mountRamFolder(host, join(folder, 'guest-ram'), memoryBytes, user);
          own(ram.lease);
          const overlay = join(folder, 'overlay.cow');
          const { bytes: overlayBytes } = await makeUmlOverlay(overlay, disk);
          await chown(overlay, user, user);
          const channelFolder = join(folder, 'channel');
          const agent = createAgent(await openFifoChannel(channelFolder, host.runner, user));
          own(closing(agent));
          const group = makeBootCgroup(host, bootId, vmmLimits(limits, memoryBytes));
          own(group.lease);
          const instance = await launchInstance({
            kind: 'vm',
            command: program,
            args: umlBootArguments({
              memoryBytes,
              registers,
              append: given.append,
              overlay,
              disk,
              // Small, and bounded as the guest's RAM is.
              controlFolder: join(ram.folder, 'control'),
              toGuest: join(channelFolder, 'to-guest'),
              fromGuest: join(channelFolder, 'from-guest'),
            }),
            env: { TMPDIR: ram.folder },
            through: umlStarter(registers),
            room: umlRoom({
              user,
              fileBytes: Math.max(overlayBytes, memoryBytes + MOST_GAP_BYTES),
              readable: [...needed, image.disk, channelFolder],
              links: [disk],
              writable: [overlay, ram.folder],
            }),
            cgroup: group.cgroup,
            consoleLog,
            beforeStart,
            agent,
            writable: overlay,
            leases,
          });
          return { ...instance, readIsolation: () => readVmIsolation(group.cgroup, instance.meters.pids()) };
        }),
      release: () => Promise.resolve(),
    };
  },
};

/**
 * The file of the guest's RAM also has room, never filled, for what lies between the program and its heap, which the
 * host's kernel places at random up to 1 GiB further (arch_randomize_brk of arch/x86).
 */
const MOST_GAP_BYTES = 1.5 * GIB;

interface UmlRoom extends Pick<Room, 'user' | 'fileBytes'> {
  readable: readonly string[];
  links: readonly string[];
  writable: readonly string[];
}

/**
 * All of the host that User-Mode Linux needs, and all that its guest can come by: whoever is root in the guest can
 * make the kernel's program do anything, and mounts what the program sees with hostfs. /proc/cpuinfo tells it the
 * CPU's features.
 */
function umlRoom({ user, fileBytes, readable, links, writable }: UmlRoom): Room {
  return {
    user,
    fileBytes,
    things: [
      ...plainDevices,
      ...[...readable, '/proc/cpuinfo'].map((path) => ({ kind: 'ro' as const, path })),
      ...links.map((path) => ({ kind: 'link' as const, path })),
      ...writable.map((path) => ({ kind: 'rw' as const, path })),
    ],
  };
}

/**
 * A tmpfs of the boot's own for the file that UML maps as the guest's RAM. /dev/shm, its default, may be too small or
 * forbid executable mappings, as in most containers; a folder on a disk would have the RAM written back to it.
 */
async function mountRamFolder(
  host: HostContext,
  folder: string,
  memoryBytes: number,
  user: number,
): Promise<{ folder: string; lease: Lease }> {
  await mkdir(folder);
  const lease = host.cleanup.register({ kind: 'mount', path: folder });
  const size = Math.ceil(memoryBytes / MIB) + SLACK_MIB;
  const mountOptions = `size=${size}M,mode=700,uid=${user},gid=${user},nosuid,nodev`;
  await host.runner
    .run('mount', ['-t', 'tmpfs', '-o', mountOptions, 'twinboot-uml', folder])
    .catch((error: unknown) => {
      throw runError('tmpfs-failed', `cannot mount a tmpfs in ${folder}: ${messageOf(error)}`, {
        hint: 'run twinboot as root on the host itself',
        cause: error,
      });
    });
  return { folder, lease };
}

/**
 * What the file of the guest's RAM has beside it: UML's pid file and socket, and a probe that executable mappings
 * work.
 */
const SLACK_MIB = 16;
