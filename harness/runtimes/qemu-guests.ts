import type { Architecture } from '../../core/architecture.ts';

/**
 * q35: a PC with PCI Express. pc: i440FX, a PC of 1996. microvm: no PCI at all, virtio devices on a plain bus. virt:
 * QEMU's own machine for what is no PC, with PCI Express.
 */
export const machineTypes = ['q35', 'pc', 'microvm', 'virt'] as const;
export type MachineType = (typeof machineTypes)[number];

/** What differs between guests of one architecture and another. */
export interface GuestArchitecture {
  /** The first one where nothing is asked for. */
  machines: readonly [MachineType, ...MachineType[]];
  /** The kernel's words for its console on the first serial port, from its first line on (kernel-parameters.rst). */
  console: string;
  /** CPU model under TCG. */
  emulatedCpu: string;
  /** What runs before a kernel that QEMU loads; absent where nothing does. */
  firmware?: string;
}

export const guestArchitectures: Record<Architecture, GuestArchitecture> = {
  amd64: {
    machines: ['q35', 'pc', 'microvm'],
    console: 'console=ttyS0 earlyprintk=ttyS0',
    emulatedCpu: 'max',
  },
  arm64: {
    machines: ['virt'],
    console: 'console=ttyAMA0 earlycon',
    // The guest signs pointers at every call: QEMU's own algorithm is much faster to emulate than the default, QARMA5.
    emulatedCpu: 'max,pauth-impdef=on',
  },
  riscv64: {
    machines: ['virt'],
    console: 'console=ttyS0 earlycon=sbi',
    // QEMU 7.2 knows no max here.
    emulatedCpu: 'rv64',
    firmware: 'OpenSBI',
  },
};
