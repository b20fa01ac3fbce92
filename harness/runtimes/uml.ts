import { mkdir, readFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { messageOf, runError } from '../../core/error.ts';
import { GIB, MIB } from '../../core/units.ts';
import { createAgent } from '../guest/agent.ts';
import { openFifoChannel } from '../guest/channel.ts';
import type { HostContext } from '../host/context.ts';
import type { Lease } from '../process/cleanup.ts';
import { closing, releaseOnFailure } from '../process/leases.ts';
import { makeBootCgroup, makeBootFolder } from './boot-folder.ts';
import { launchInstance } from './instance.ts';
import { sizeOption } from './options.ts';
import type { Runtime } from './runtime.ts';
import { toolAvailability } from './tool-availability.ts';
import { UML, umlBootArguments, umlRegisters, WITHOUT_CORE } from './uml-command.ts';
import { vmmLimits } from './vmm-limits.ts';

const options = z.object({
  memory: sizeOption({ min: 64 * MIB, max: 64 * GIB })
    .optional()
    .describe('guest RAM; default: the limit of the run'),
  append: z.string().default('').describe('added to the kernel command line'),
});

/**
 * User-Mode Linux: a Linux kernel as a program of the host, which runs the guest's processes under ptrace(2). It boots
 * the image's root file system with its own kernel, not with the image's, and without an initrd.
 */
export const uml: Runtime<typeof options> = {
  id: 'uml',
  title: 'User-Mode Linux',
  kind: 'vm',
  tools: [UML, WITHOUT_CORE],
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
    const { host, image, limits, specId, version: kernel = 'unknown' } = context;
    const ramBytes = given.memory ?? limits.memoryBytes;
    const registers = umlRegisters(kernel, await readFile('/proc/cpuinfo', 'utf8'));
    if (registers === 'sse')
      context.note('this CPU has AMX, which User-Mode Linux cannot keep: the guest uses SSE alone');
    return {
      description: {
        id: specId,
        runtime: this.id,
        kind: this.kind,
        title: this.title,
        version: kernel,
        // UML 6.1 has one CPU, whatever the limit; its version is its kernel's release.
        options: { memory: ramBytes, cpus: 1, append: given.append, kernel, registers },
        emulated: false,
        isolation: this.isolation(given),
      },
      start: ({ bootId, consoleLog, memoryBytes = ramBytes }) =>
        releaseOnFailure(async (own, leases) => {
          const { folder, lease } = await makeBootFolder(host, bootId);
          own(lease);
          // A name without the commas and colons that stand between file names in `ubd0=`.
          const disk = join(folder, 'disk');
          await symlink(image.disk, disk);
          const ram = await mountRamFolder(host, join(folder, 'guest-ram'), memoryBytes);
          own(ram.lease);
          const overlay = join(folder, 'overlay.cow');
          const controlFolder = join(folder, 'control');
          await mkdir(controlFolder);
          const channelFolder = join(folder, 'channel');
          const agent = createAgent(await openFifoChannel(channelFolder, host.runner));
          own(closing(agent));
          const group = makeBootCgroup(host, bootId, vmmLimits(limits, memoryBytes));
          own(group.lease);
          return launchInstance({
            kind: 'vm',
            command: WITHOUT_CORE,
            args: umlBootArguments({
              memoryBytes,
              registers,
              append: given.append,
              overlay,
              disk,
              controlFolder,
              toGuest: join(channelFolder, 'to-guest'),
              fromGuest: join(channelFolder, 'from-guest'),
            }),
            env: { TMPDIR: ram.folder },
            cgroup: group.cgroup,
            consoleLog,
            agent,
            writable: overlay,
            leases,
          });
        }),
      release: () => Promise.resolve(),
    };
  },
};

/**
 * A tmpfs of the boot's own for the file that UML maps as the guest's RAM. /dev/shm, its default, may be too small or
 * forbid executable mappings, as in most containers; a folder on a disk would have the RAM written back to it.
 */
async function mountRamFolder(
  host: HostContext,
  folder: string,
  memoryBytes: number,
): Promise<{ folder: string; lease: Lease }> {
  await mkdir(folder);
  const lease = host.cleanup.register({ kind: 'mount', path: folder });
  const size = Math.ceil(memoryBytes / MIB) + SLACK_MIB;
  await host.runner
    .run('mount', ['-t', 'tmpfs', '-o', `size=${size}M,mode=700,nosuid,nodev`, 'twinboot-uml', folder])
    .catch((error: unknown) => {
      throw runError('tmpfs-failed', `cannot mount a tmpfs in ${folder}: ${messageOf(error)}`, {
        hint: 'run twinboot as root on the host itself',
        cause: error,
      });
    });
  return { folder, lease };
}

/** What the file of the guest's RAM has beside it: a probe that executable mappings work. */
const SLACK_MIB = 16;
