import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { hostError } from '../../core/error.ts';
import { formatBytes, GIB, MIB } from '../../core/units.ts';
import { createAgent } from '../guest/agent.ts';
import { openSocketChannel } from '../guest/channel.ts';
import { parseMeminfo } from '../meters/meminfo.ts';
import { releaseOnFailure } from '../process/leases.ts';
import { makeBootCgroup, makeBootFolder } from './boot-folder.ts';
import { launchInstance } from './instance.ts';
import { countOption, sizeOption } from './options.ts';
import { chooseAccelerator } from './qemu-accelerator.ts';
import { QEMU, qemuBootArguments, type QemuMachine } from './qemu-command.ts';
import type { PrepareContext, Runtime } from './runtime.ts';
import { toolAvailability } from './tool-availability.ts';

const options = z.object({
  accel: z
    .enum(['auto', 'kvm', 'tcg'])
    .default('auto')
    .describe('what runs the instructions; auto proves KVM first'),
  memory: sizeOption({ min: 64 * MIB, max: 1024 * GIB })
    .optional()
    .describe('guest RAM; default: the limit of the run'),
  cpus: countOption({ min: 1, max: 255 }).optional().describe('virtual CPUs; default: the limit of the run'),
  cpu: z
    .string()
    .regex(/^[\w.,+=-]+$/, 'not a CPU model')
    .optional()
    .describe('CPU model; default: host (KVM), max (TCG)'),
  append: z.string().default('').describe('added to the kernel command line'),
  channel: z.enum(['virtio', 'serial']).default('virtio').describe('the port that the agent speaks through'),
  'tb-size': sizeOption({ min: 16 * MIB, max: 4 * GIB })
    .default(256 * MIB)
    .describe('translation cache (TCG)'),
});
type QemuOptions = z.infer<typeof options>;

/** What QEMU takes beside the guest's RAM: measured, with the translation cache, and rounded up. */
const VMM_MEMORY_BYTES = 128 * MIB;

/** QEMU's q35 machine with virtio devices, booting the image's own kernel and initrd directly. */
export const qemu: Runtime<typeof options> = {
  id: 'qemu',
  title: 'QEMU',
  kind: 'vm',
  tools: [QEMU, 'qemu-img'],
  options,

  async availability(host) {
    if (process.arch !== 'x64') {
      return {
        ok: false,
        reason: `q35 is an x86-64 machine, this host is ${process.arch}`,
        fix: 'use an x86-64 host',
      };
    }
    return toolAvailability(host, QEMU, /version (\d[\w.]*)/);
  },

  isolation: () => ({
    kernel: 'own',
    userNamespace: false,
    capabilities: 'none',
    seccomp: false,
    devices: 'none of the host; virtio devices of the VMM',
  }),

  async prepare(context, given) {
    const { host, image, specId } = context;
    const availability = await this.availability(host, given);
    const qemuVersion = availability.ok ? (availability.version ?? 'unknown') : 'unknown';
    const wanted = machineOf(context, given, 'kvm');
    const { accelerator, reason } = await chooseAccelerator(host, {
      wanted: given.accel,
      machine: wanted,
      qemuVersion,
      note: (message) => context.note(message),
    });
    const machine = machineOf(context, given, accelerator);
    await requireMemory(machine);
    return {
      description: {
        id: specId,
        runtime: this.id,
        kind: this.kind,
        title: this.title,
        version: qemuVersion,
        options: {
          accel: accelerator,
          memory: machine.memoryBytes,
          cpus: machine.cpus,
          cpu: machine.cpu,
          append: machine.append,
          channel: given.channel,
          'tb-size': given['tb-size'],
        },
        accelerator,
        ...(reason === undefined ? {} : { acceleratorReason: reason }),
        emulated: accelerator === 'tcg',
        isolation: this.isolation(given),
      },
      start: ({ bootId, consoleLog }) =>
        releaseOnFailure(async (own, leases) => {
          const { folder, lease } = await makeBootFolder(host, bootId);
          own(lease);
          const disk = join(folder, 'disk.qcow2');
          await host.runner.run('qemu-img', [
            'create',
            '-q',
            '-f',
            'qcow2',
            '-b',
            image.disk,
            '-F',
            'raw',
            disk,
          ]);
          const agentSocket = join(folder, 'agent');
          const agent = createAgent(await openSocketChannel(agentSocket));
          const group = makeBootCgroup(host, bootId);
          own(group.lease);
          return launchInstance({
            command: QEMU,
            args: qemuBootArguments({ ...machine, disk, agentSocket, agentPort: given.channel }),
            cgroup: group.cgroup,
            consoleLog,
            agent,
            leases,
          });
        }),
      release: () => Promise.resolve(),
    };
  },
};

function machineOf(context: PrepareContext, given: QemuOptions, accelerator: 'kvm' | 'tcg'): QemuMachine {
  return {
    accelerator,
    cpu: given.cpu ?? (accelerator === 'kvm' ? 'host' : 'max'),
    cpus: given.cpus ?? context.limits.cpus,
    memoryBytes: given.memory ?? context.limits.memoryBytes,
    translationCacheBytes: given['tb-size'],
    kernel: context.image.kernel,
    initrd: context.image.initrd,
    append: given.append,
  };
}

/** A VM that does not fit would take the host down with it, or be killed half-way. */
async function requireMemory(machine: QemuMachine): Promise<void> {
  const available = parseMeminfo(await readFile('/proc/meminfo', 'utf8')).get('MemAvailable') ?? Infinity;
  const cache = machine.accelerator === 'tcg' ? machine.translationCacheBytes : 0;
  const needed = machine.memoryBytes + cache + VMM_MEMORY_BYTES;
  if (needed <= available) return;
  throw hostError(
    'too-little-memory',
    `the VM needs ${formatBytes(needed)} and this host has ${formatBytes(available)} available`,
    { hint: 'a smaller VM: --runtime qemu:memory=256M' },
  );
}
