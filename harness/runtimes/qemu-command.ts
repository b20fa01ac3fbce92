import type { Accelerator } from '../../results/record.ts';
import { MIB } from '../../core/units.ts';

/** How the guest's agent reaches the host: a virtio-serial port, or the second serial port for images without the driver. */
export type AgentPort = 'virtio' | 'serial';

export interface QemuMachine {
  accelerator: Accelerator;
  /** CPU model. */
  cpu: string;
  cpus: number;
  memoryBytes: number;
  /** TCG's translation cache, bytes. */
  translationCacheBytes: number;
  kernel: string;
  initrd: string;
  /** Added to the kernel's command line. */
  append: string;
}

export interface QemuBoot extends QemuMachine {
  /** The throw-away qcow2 on top of the image's disk file. */
  disk: string;
  agentSocket: string;
  agentPort: AgentPort;
}

export const QEMU = 'qemu-system-x86_64';

/**
 * The kernel's words that twinboot needs, and no more: every character on a serial console costs the guest an exit.
 * loglevel 6 prints notices, of which "Linux version" is the first, and panics; earlyprintk prints it as soon as it is
 * said; panic=-1 with QEMU's -no-reboot ends the machine at a panic instead of hanging (kernel-parameters.rst).
 */
const KERNEL_ARGUMENTS = 'root=/dev/vda rw console=ttyS0 earlyprintk=ttyS0 loglevel=6 panic=-1';

/** The whole command line of a boot (qemu(1)). */
export function qemuBootArguments(boot: QemuBoot): string[] {
  return [
    ...qemuKernelArguments(boot),
    ...['-drive', `file=${escape(boot.disk)},if=none,id=root,format=qcow2,cache=writeback`],
    ...['-device', 'virtio-blk-pci,drive=root'],
    ...['-device', 'virtio-rng-pci'],
    ...['-chardev', `socket,id=agent,path=${escape(boot.agentSocket)}`],
    ...(boot.agentPort === 'virtio'
      ? ['-device', 'virtio-serial-pci', '-device', 'virtserialport,chardev=agent,name=twinboot.agent']
      : ['-serial', 'chardev:agent']),
  ];
}

/** The machine with its kernel and console and without a disk: all that a proof of the accelerator needs. */
export function qemuKernelArguments(machine: QemuMachine): string[] {
  const memory = `${Math.round(machine.memoryBytes / MIB)}M`;
  return [
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-no-reboot'],
    ...['-machine', 'q35,memory-backend=ram'],
    ...['-accel', acceleratorArgument(machine)],
    ...['-cpu', machine.cpu, '-smp', String(machine.cpus), '-m', memory],
    // A mapping of its own, so that guest RAM can be told apart from the VMM's own memory in /proc/PID/smaps.
    ...['-object', `memory-backend-memfd,id=ram,size=${memory},share=on`],
    ...['-chardev', 'stdio,id=console,signal=off', '-serial', 'chardev:console'],
    ...['-kernel', machine.kernel, '-initrd', machine.initrd],
    ...['-append', [KERNEL_ARGUMENTS, machine.append].filter(Boolean).join(' ')],
  ];
}

function acceleratorArgument({ accelerator, translationCacheBytes }: QemuMachine): string {
  return accelerator === 'kvm'
    ? 'kvm'
    : `tcg,thread=multi,tb-size=${Math.round(translationCacheBytes / MIB)}`;
}

/** In QEMU's option lists a comma in a value is written twice. */
function escape(value: string): string {
  return value.replaceAll(',', ',,');
}
