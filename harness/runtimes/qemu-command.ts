import type { Architecture } from '../../core/architecture.ts';
import type { QemuAccelerator } from '../host/kvm.ts';
import { MIB } from '../../core/units.ts';
import { ROOT_PARTITION_UUID } from '../image/boot-disk.ts';
import { guestArchitectures, type MachineType } from './qemu-guests.ts';
import { ramBackend, type GuestRamKind } from './qemu-memory.ts';

/**
 * How the guest's agent reaches the host: a virtio-serial port, or the second serial port for images without the
 * driver.
 */
export type AgentPort = 'virtio' | 'serial';

export type DiskBus = 'virtio-blk' | 'virtio-scsi' | 'nvme';

/** Where the kernel comes from: the VMM hands it to the firmware; or a boot loader on a disk loads it. */
export type BootPath =
  | { boot: 'direct' }
  | { boot: 'bios' }
  /** The firmware's read-only code, and this boot's own copy of its variables. */
  | { boot: 'uefi'; code: string; variables: string };

export interface QemuMachine {
  /** Of the guest. */
  architecture: Architecture;
  type: MachineType;
  accelerator: QemuAccelerator;
  /** CPU model. */
  cpu: string;
  cpus: number;
  memoryBytes: number;
  ram: GuestRamKind;
  /** TCG's translation cache, bytes. */
  translationCacheBytes: number;
  /** TCG: a thread of the host for each virtual CPU, or one that runs them in turn. */
  tcgThread: 'multi' | 'single';
  /** What runs before the kernel, as a file of the host; where it is absent, QEMU's own choice for the machine. */
  bios?: string;
  /** What is loaded without a boot loader: a bzImage, or an ELF file with a PVH entry. */
  kernel: string;
  initrd: string;
  diskBus: DiskBus;
  /** virtio-balloon with free page reporting: the guest gives back what it does not use. */
  balloon: boolean;
  /** What this machine's kernel must be told of its clock: harness/runtimes/qemu-clock.ts. */
  clock: string;
  /** Added to the kernel's command line. */
  append: string;
  /** QEMU's system call filter: harness/host/qemu-confinement.ts. */
  sandbox: readonly string[];
}

export interface QemuBoot extends QemuMachine {
  path: BootPath;
  /** The throw-away qcow2 on top of the image's disk file, or of its boot disk. */
  disk: string;
  agentSocket: string;
  agentPort: AgentPort;
}

/**
 * The kernel's words that twinboot needs, and no more: every character on a serial console costs the guest an exit.
 * loglevel 6 prints notices, of which "Linux version" is the first, and panics; panic=-1 with QEMU's -no-reboot ends
 * the machine at a panic instead of hanging (kernel-parameters.rst).
 */
const KERNEL_ARGUMENTS = 'loglevel=6 panic=-1';

/** Where the image's own file system is the whole disk. */
const ROOT_DEVICES: Record<DiskBus, string> = {
  'virtio-blk': '/dev/vda',
  'virtio-scsi': '/dev/sda',
  nvme: '/dev/nvme0n1',
};

/**
 * The timers and the interrupt controller of a PC stay: without the PIT, Debian's kernel cannot calibrate its timers
 * under TCG. With both a microvm wants qboot (docs/performance.md, "A microvm wants qboot"). Devices are found through
 * ACPI, since Debian's kernel takes none from its command line.
 */
const MACHINES: Record<MachineType, string> = {
  q35: 'q35',
  pc: 'pc',
  microvm: 'microvm,acpi=on,pit=on,pic=on,rtc=on,isa-serial=on',
  virt: 'virt',
};

/**
 * The agent's, and port 0, which is kept for a console. The guest's kernel makes two rings for every port that could be
 * there, used or not: with QEMU's 31 they are 4.4 MiB of the guest's memory, which is to be the distribution's
 * (docs/kvm.md).
 */
const PORTS = 2;

/** The whole command line of a boot (qemu(1)). */
export function qemuBootArguments(boot: QemuBoot): string[] {
  const bus = boot.type === 'microvm' ? 'device' : 'pci';
  return [
    ...machineArguments(boot),
    ...bootArguments(boot),
    ...['-drive', `file=${escape(boot.disk)},if=none,id=root,format=qcow2,cache=writeback`],
    ...diskArguments(boot, bus),
    ...['-device', `virtio-rng-${bus}`],
    ...(boot.balloon ? ['-device', `virtio-balloon-${bus},free-page-reporting=on`] : []),
    ...['-chardev', `socket,id=agent,path=${escape(boot.agentSocket)}`],
    ...(boot.agentPort === 'virtio'
      ? [
          ...['-device', `virtio-serial-${bus},max_ports=${PORTS}`],
          ...['-device', 'virtserialport,chardev=agent,name=twinboot.agent'],
        ]
      : ['-serial', 'chardev:agent']),
  ];
}

/** The machine with its kernel and console and without a disk: all that a proof of the accelerator needs. */
export function qemuKernelArguments(machine: QemuMachine): string[] {
  return [...machineArguments(machine), ...directArguments(machine)];
}

function machineArguments(machine: QemuMachine): string[] {
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot', ...machine.sandbox],
    ...[
      '-machine',
      `${MACHINES[machine.type]},memory-backend=ram,mem-merge=${machine.ram === 'mergeable' ? 'on' : 'off'}`,
    ],
    ...(machine.bios === undefined ? [] : ['-bios', machine.bios]),
    ...['-accel', acceleratorArgument(machine)],
    ...['-cpu', machine.cpu, '-smp', String(machine.cpus), '-m', mebibytes(machine.memoryBytes)],
    ...['-object', `${ramBackend(machine.ram)},id=ram,size=${mebibytes(machine.memoryBytes)}`],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
  ];
}

function bootArguments(boot: QemuBoot): string[] {
  const { path } = boot;
  if (path.boot === 'direct') return directArguments(boot);
  // GRUB takes the kernel's arguments from here: harness/image/boot-loader.ts.
  const given = kernelArguments(`PARTUUID=${ROOT_PARTITION_UUID}`, boot);
  const smbios = ['-smbios', `type=11,value=${escape(given)}`];
  if (path.boot === 'bios') return smbios;
  return [
    ...['-drive', `file=${escape(path.code)},if=pflash,unit=0,format=raw,readonly=on`],
    ...['-drive', `file=${escape(path.variables)},if=pflash,unit=1,format=raw`],
    ...smbios,
  ];
}

function directArguments(machine: QemuMachine): string[] {
  const given = kernelArguments(ROOT_DEVICES[machine.diskBus], machine);
  return ['-kernel', machine.kernel, '-initrd', machine.initrd, '-append', given];
}

function kernelArguments(root: string, { architecture, clock, append }: QemuMachine): string {
  const { console } = guestArchitectures[architecture];
  return [`root=${root} rw`, console, KERNEL_ARGUMENTS, clock, append].filter(Boolean).join(' ');
}

function diskArguments({ diskBus, path }: QemuBoot, bus: string): string[] {
  // Else the firmware goes through everything else that it might boot from first.
  const drive = path.boot === 'direct' ? 'drive=root' : 'drive=root,bootindex=0';
  if (diskBus === 'virtio-blk') return ['-device', `virtio-blk-${bus},${drive}`];
  if (diskBus === 'virtio-scsi') return ['-device', `virtio-scsi-${bus}`, '-device', `scsi-hd,${drive}`];
  return ['-device', `nvme,${drive},serial=twinboot`];
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / MIB)}M`;
}

function acceleratorArgument({ accelerator, translationCacheBytes, tcgThread }: QemuMachine): string {
  return accelerator === 'kvm'
    ? 'kvm'
    : `tcg,thread=${tcgThread},tb-size=${Math.round(translationCacheBytes / MIB)}`;
}

/** In QEMU's option lists a comma in a value is written twice. */
function escape(value: string): string {
  return value.replaceAll(',', ',,');
}
