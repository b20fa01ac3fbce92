import { chown, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Architecture } from '../../core/architecture.ts';
import { hostError, usageError } from '../../core/error.ts';
import { formatBytes, MIB } from '../../core/units.ts';
import { createAgent } from '../guest/agent.ts';
import { openSocketChannel } from '../guest/channel.ts';
import { qemuRoom, sandboxOf } from '../host/qemu-confinement.ts';
import type { HostContext } from '../host/context.ts';
import { emulatorOf, installCommand, qemuTool } from '../host/tools.ts';
import { architectureOfImage } from '../image/cache.ts';
import { makeBootDisk } from '../image/boot-disk.ts';
import { makeBootKernel, type BootFile, type BootKernel } from '../image/boot-kernel.ts';
import { parseMeminfo } from '../parse/meminfo.ts';
import { pickConfinedUser, type Room } from '../process/room.ts';
import { closing, releaseOnFailure } from '../process/leases.ts';
import { findCommand } from '../process/search-path.ts';
import { makeBootCgroup, makeBootFolder, makeDiskLayer } from './boot-folder.ts';
import { describeRuntime } from './prepare.ts';
import { launchInstance } from './instance.ts';
import { chooseAccelerator } from './qemu-accelerator.ts';
import { clockArguments } from './qemu-clock.ts';
import { qemuBootArguments, type BootPath, type QemuBoot, type QemuMachine } from './qemu-command.ts';
import {
  firmwareFolders,
  firmwareName,
  firmwareTools,
  microvmFirmware,
  prepareOvmf,
  whyNoFirmware,
  whyNoMicrovmFirmware,
} from './qemu-firmware.ts';
import { guestArchitectures } from './qemu-guests.ts';
import {
  ksmNote,
  metersOf,
  requireHugePages,
  requireTransparentHugePages,
  type GuestRamKind,
} from './qemu-memory.ts';
import { qemuOptions, requireCombination, type QemuOptions } from './qemu-options.ts';
import type { Availability, PrepareContext, Runtime } from './runtime.ts';
import { toolAvailability } from './tool-availability.ts';
import { readVmIsolation } from './vm-isolation.ts';
import { guestBytesWithin, VMM_MEMORY_BYTES, vmmLimits } from './vmm-limits.ts';

/** QEMU's machines with the image's own kernel: loaded by QEMU itself, or by a boot loader from a disk. */
export const qemu: Runtime<typeof qemuOptions> = {
  id: 'qemu',
  title: 'QEMU',
  kind: 'vm',
  tools: [qemuTool().name, 'qemu-img', 'perl'],
  emulatesOthers: true,
  toolsFor: ({ boot }) => (boot === 'direct' ? [] : firmwareTools(boot)),
  options: qemuOptions,

  async availability(host, options) {
    const { boot } = options;
    const lacking = boot === 'direct' ? undefined : whyNoFirmware(boot);
    if (lacking !== undefined) return lacking;
    const available = await programAvailability(host, qemuTool().name);
    if (!available.ok) return available;
    return whyNoMicrovmFirmware(options, await firmwareFolders(host, qemuTool().name)) ?? available;
  },

  isolation: ({ sandbox }) => ({
    kernel: 'own',
    userNamespace: false,
    capabilities: 'none',
    seccomp: sandbox === 'on',
    devices: 'none of the host; virtio devices of the VMM',
  }),

  async prepare(context, given) {
    const { host, limits } = context;
    const { architecture, version = 'unknown' } = await guestOf(context);
    requireMachine(architecture, given);
    requireRam(context, given);
    const { name: program } = emulatorOf(architecture);
    const loaded = await bootKernel(context, given);
    const folders = await firmwareFolders(host, program);
    const isSandboxed = given.sandbox === 'on';
    const sandbox = isSandboxed ? await sandboxOf(host.runner, program) : [];
    if (isSandboxed && sandbox.length === 0)
      context.note('this QEMU was built without -sandbox: no system call filter');
    const { accelerator, reason } = await chooseAccelerator(host, {
      wanted: given.accel,
      machine: machineOf(context, given, loaded, { architecture, accelerator: 'kvm', sandbox }),
      qemuVersion: version,
      note: (message) => context.note(message),
    });
    const machine = machineOf(context, given, loaded, { architecture, accelerator, sandbox });
    await requireMemory(machine);
    const disk = await backingDisk(context, given);
    return {
      description: describeRuntime(this, context, {
        version,
        options: {
          ...given,
          machine: machine.type,
          firmware: firmwareName(machine, given, folders),
          kernel: formOf(loaded.kernel),
          initrd: formOf(loaded.initrd),
          accel: accelerator,
          memory: machine.memoryBytes,
          cpus: machine.cpus,
          cpu: machine.cpu,
        },
        accelerator,
        ...(reason === undefined ? {} : { acceleratorReason: reason }),
        emulated: accelerator === 'tcg',
        isolation: { ...this.isolation(given), seccomp: sandbox.length > 0 },
      }),
      memoryBytes: machine.memoryBytes,
      ksm: given.ksm === 'on',
      start: ({ bootId, consoleLog, beforeStart, memoryBytes = machine.memoryBytes }) =>
        releaseOnFailure(async (own, leases) => {
          if (machine.ram === 'hugepages') requireHugePages(memoryBytes);
          const { folder, lease } = await makeBootFolder(host, bootId);
          own(lease);
          const overlay = await makeDiskLayer(host, folder, disk);
          const path = await bootPathOf(given, folder);
          const user = pickConfinedUser();
          const agentSocket = join(folder, 'agent');
          const agent = createAgent(await openSocketChannel(agentSocket, user));
          own(closing(agent));
          const diskCacheBytes = given.limit === 'boundary' ? 0 : undefined;
          const group = makeBootCgroup(
            host,
            bootId,
            vmmLimits(limits, memoryBytes, vmmBytes(machine), diskCacheBytes),
          );
          own(group.lease);
          const boot: QemuBoot = {
            ...machine,
            memoryBytes,
            path,
            disk: overlay,
            agentSocket,
            agentPort: given.channel,
          };
          const instance = await launchInstance({
            kind: 'vm',
            command: program,
            args: qemuBootArguments(boot),
            room: await roomOf(boot, { user, disk, firmware: folders }),
            cgroup: group.cgroup,
            consoleLog,
            beforeStart,
            agent,
            writable: overlay,
            leases,
          });
          const meters = metersOf(machine.ram, memoryBytes, group.cgroup, instance.meters);
          return {
            ...instance,
            meters,
            readIsolation: () => readVmIsolation(group.cgroup, meters.pids()),
          };
        }),
      release: () => Promise.resolve(),
    };
  },
};

/** A machine's memory-backend= (QEMU 5.0), free-page-reporting= (5.1), a microvm's acpi= (5.2). */
function programAvailability(host: HostContext, program: string): Promise<Availability> {
  return toolAvailability(host, { tool: program, version: /version (\d[\w.]*)/, oldest: '5.2' });
}

/** The guest's architecture, the image's, and the version of its emulator. Errors: `runtime-unavailable` (host). */
async function guestOf({
  host,
  image,
  version,
}: PrepareContext): Promise<{ architecture: Architecture; version?: string }> {
  const architecture = architectureOfImage(image);
  const { name: program, package: package_ } = emulatorOf(architecture);
  if (program === qemuTool().name) return { architecture, ...(version !== undefined && { version }) };
  const available = await programAvailability(host, program);
  if (available.ok) return { ...available, architecture };
  const fix = findCommand(program) === undefined ? installCommand([package_]) : available.fix;
  throw hostError('runtime-unavailable', `qemu: ${available.reason}`, { hint: fix });
}

/** That the image's architecture has the machine, and the machine all options. Errors: `bad-combination` (usage). */
function requireMachine(architecture: Architecture, given: QemuOptions): void {
  const { machines } = guestArchitectures[architecture];
  const { machine = machines[0] } = given;
  if (!machines.includes(machine)) {
    throw usageError('bad-combination', `runtime qemu: no ${machine} runs an image of ${architecture}`, {
      hint: `machine=${machines.join(', ')}`,
    });
  }
  requireCombination({ ...given, machine });
}

function machineOf(
  context: PrepareContext,
  given: QemuOptions,
  { kernel, initrd }: BootKernel,
  { architecture, accelerator, sandbox }: Pick<QemuMachine, 'architecture' | 'accelerator' | 'sandbox'>,
): QemuMachine {
  const bios = microvmFirmware(given);
  const { machines, emulatedCpu } = guestArchitectures[architecture];
  const type = given.machine ?? machines[0];
  const limitBytes = given.memory ?? context.limits.memoryBytes;
  return {
    architecture,
    type,
    accelerator,
    cpu: given.cpu ?? (accelerator === 'kvm' ? 'host' : emulatedCpu),
    cpus: given.cpus ?? context.limits.cpus,
    memoryBytes:
      given.limit === 'boundary'
        ? guestBytesWithin(limitBytes, vmmBytes({ accelerator, translationCacheBytes: given['tb-size'] }))
        : limitBytes,
    ram: ramKindOf(given),
    translationCacheBytes: given['tb-size'],
    tcgThread: given['tcg-thread'],
    ...(bios === undefined ? {} : { bios }),
    kernel: kernel.path,
    initrd: initrd.path,
    diskBus: given.disk,
    balloon: given.balloon === 'on',
    clock: clockArguments(type, accelerator),
    append: given.append,
    sandbox,
  };
}

interface HandedOver {
  user: number;
  /** What the boot's throw-away disk lies on. */
  disk: string;
  firmware: readonly string[];
}

/** What this boot's QEMU sees of the host; hands over what it writes. */
async function roomOf(boot: QemuBoot, { user, disk, firmware }: HandedOver): Promise<Room> {
  const { path } = boot;
  const writable = [boot.disk, ...(path.boot === 'uefi' ? [path.variables] : []), boot.agentSocket];
  for (const file of writable) await chown(file, user, user);
  const { size: diskBytes } = await stat(disk);
  return qemuRoom(emulatorOf(boot.architecture).name, {
    user,
    fileBytes: Math.max(overlayBytes(diskBytes), boot.memoryBytes),
    accelerator: boot.accelerator,
    readable: [
      ...firmware,
      disk,
      ...(path.boot === 'direct' ? [boot.kernel, boot.initrd] : []),
      ...(path.boot === 'uefi' ? [path.code] : []),
    ],
    writable,
  });
}

/** The most that a qcow2 over a disk of this size can take: all of it, its two levels of tables, and its counts. */
const overlayBytes = (diskBytes: number): number => diskBytes + Math.ceil(diskBytes / 2048) + 16 * MIB;

function ramKindOf({ hugepages, ksm, thp }: QemuOptions): GuestRamKind {
  if (hugepages === 'on') return 'hugepages';
  if (thp === 'on') return 'thp';
  return ksm === 'on' ? 'mergeable' : 'memfd';
}

/** What every boot's throw-away disk lies on: the image's file system alone, or a disk that a firmware can boot. */
function backingDisk(context: PrepareContext, { boot }: QemuOptions): Promise<string> | string {
  const { host, image } = context;
  if (boot === 'direct') return image.disk;
  return makeBootDisk({ context: host, image, firmware: boot, note: (message) => context.note(message) });
}

/** What QEMU itself loads: unpacked where that was asked for and can be. GRUB takes the files that lie in the image. */
async function bootKernel(context: PrepareContext, { boot, kernel }: QemuOptions): Promise<BootKernel> {
  const { host, image } = context;
  if (boot !== 'direct' || kernel === 'compressed') {
    const compressedBecause = boot === 'direct' ? 'kernel=compressed' : `boot=${boot}`;
    return {
      kernel: { path: image.kernel, compressedBecause },
      initrd: { path: image.initrd, compressedBecause },
    };
  }
  const loaded = await makeBootKernel({ context: host, image, note: (message) => context.note(message) });
  for (const [name, { compressedBecause }] of Object.entries(loaded)) {
    if (compressedBecause !== undefined)
      context.note(`booting with a compressed ${name}: ${compressedBecause}`);
  }
  return loaded;
}

/** For the record: the option's value as it came out. */
function formOf({ compressedBecause }: BootFile): QemuOptions['kernel'] {
  return compressedBecause === undefined ? 'uncompressed' : 'compressed';
}

async function bootPathOf({ boot }: QemuOptions, folder: string): Promise<BootPath> {
  return boot === 'uefi' ? { boot, ...(await prepareOvmf(folder)) } : { boot };
}

/** Whether the host has the kind of RAM that was asked for, before KVM is proven with it. */
function requireRam(context: PrepareContext, given: QemuOptions): void {
  if (given.hugepages === 'on') requireHugePages(given.memory ?? context.limits.memoryBytes);
  if (given.thp === 'on') requireTransparentHugePages();
  const note = given.ksm === 'on' ? ksmNote() : undefined;
  if (note !== undefined) context.note(note);
}

/** A VM that does not fit would take the host down with it, or be killed half-way. */
async function requireMemory(machine: QemuMachine): Promise<void> {
  const available = parseMeminfo(await readFile('/proc/meminfo', 'utf8')).get('MemAvailable') ?? Infinity;
  const needed = vmmBytes(machine) + (machine.ram === 'hugepages' ? 0 : machine.memoryBytes);
  if (needed <= available) return;
  throw hostError(
    'too-little-memory',
    `the VM needs ${formatBytes(needed)} and this host has ${formatBytes(available)} available`,
    { hint: 'a smaller VM: --runtime qemu:memory=256M' },
  );
}

/** What the VMM itself may take. */
function vmmBytes({
  accelerator,
  translationCacheBytes,
}: Pick<QemuMachine, 'accelerator' | 'translationCacheBytes'>): number {
  return VMM_MEMORY_BYTES + (accelerator === 'tcg' ? translationCacheBytes : 0);
}
