import { z } from 'zod';
import { usageError } from '../../core/error.ts';
import { GIB, MIB } from '../../core/units.ts';
import { machineTypes } from './qemu-guests.ts';
import { countOption, sizeOption } from './options.ts';

const offOrOn = z.enum(['off', 'on']).default('off');

const shape = z.object({
  machine: z
    .enum(machineTypes)
    .optional()
    .describe(
      'q35: PCI Express; pc: i440FX; microvm: no PCI; virt: for images of arm64 and riscv64; default: q35, virt',
    ),
  boot: z
    .enum(['direct', 'bios', 'uefi'])
    .default('direct')
    .describe(
      'direct: QEMU loads the kernel; bios, uefi: SeaBIOS or OVMF start GRUB from a partitioned disk',
    ),
  firmware: z
    .enum(['auto', 'qboot'])
    .default('auto')
    .describe('of a microvm; auto: QEMU’s own choice, by its docs SeaBIOS, but qboot as Debian packs it'),
  kernel: z
    .enum(['uncompressed', 'compressed'])
    .default('uncompressed')
    .describe(
      'what boot=direct loads: the image’s kernel and initrd, unpacked where that can be, or as they are',
    ),
  accel: z
    .enum(['auto', 'kvm', 'tcg'])
    .default('auto')
    .describe('what runs the instructions; auto proves KVM first'),
  memory: sizeOption({ min: 64 * MIB, max: 1024 * GIB })
    .optional()
    .describe('guest RAM; default: the limit of the run'),
  limit: z
    .enum(['guest', 'boundary'])
    .default('guest')
    .describe(
      'what `memory` bounds: the guest’s RAM, or RAM and VMM together, as it bounds all of a container',
    ),
  cpus: countOption({ min: 1, max: 255 }).optional().describe('virtual CPUs; default: the limit of the run'),
  cpu: z
    .string()
    .regex(/^[\w.,+=-]+$/, 'not a CPU model')
    .optional()
    .describe('CPU model; default: host (KVM), max (TCG)'),
  disk: z.enum(['virtio-blk', 'virtio-scsi', 'nvme']).default('virtio-blk').describe('the disk’s controller'),
  balloon: offOrOn.describe('free page reporting: the guest gives unused memory back to the host'),
  ksm: offOrOn.describe('guest RAM that KSM may merge: does nothing unless the host runs KSM'),
  hugepages: offOrOn.describe('guest RAM of huge pages, which the host must have set aside'),
  thp: offOrOn.describe('guest RAM that the host’s kernel may back by transparent huge pages'),
  append: z.string().default('').describe('added to the kernel command line'),
  channel: z.enum(['virtio', 'serial']).default('virtio').describe('the port that the agent speaks through'),
  'tb-size': sizeOption({ min: 16 * MIB, max: 4 * GIB })
    .default(256 * MIB)
    .describe('translation cache (TCG)'),
  'tcg-thread': z
    .enum(['multi', 'single'])
    .default('multi')
    .describe('TCG: a thread of the host for each virtual CPU, or one for all of them'),
  sandbox: z
    .enum(['on', 'off'])
    .default('on')
    .describe('QEMU’s own filter of system calls; off: for a look at what it takes away'),
});
export type QemuOptions = z.infer<typeof shape>;

/** Combinations that cannot work are refused as soon as they are read: nothing has booted yet. */
export const qemuOptions = shape.superRefine(requireCombination);

/** What passes through GRUB's command line and is split into words there unchanged. */
const PLAIN_WORDS = /^[\w\s.,:=/@%+-]*$/;

/** Errors: `bad-combination` (usage), naming what to change. */
export function requireCombination(options: QemuOptions): void {
  const { machine, boot, firmware, disk, channel, hugepages, ksm, thp, append, limit } = options;
  const refuse = (what: string, hint: string): never => {
    throw usageError('bad-combination', `runtime qemu: ${what}`, { hint });
  };
  if (machine === 'microvm' && boot !== 'direct') {
    refuse(`no firmware of machine=microvm boots a disk (boot=${boot})`, 'boot=direct, or machine=q35');
  }
  if (machine === 'virt' && boot !== 'direct') {
    refuse(`machine=virt takes its kernel from QEMU alone (boot=${boot})`, 'boot=direct');
  }
  if (machine !== 'microvm' && firmware !== 'auto') {
    refuse(
      `firmware=${firmware} is for machine=microvm alone`,
      'machine=microvm, or firmware=auto with boot=direct or bios (SeaBIOS) or boot=uefi (OVMF)',
    );
  }
  if (machine === 'microvm' && disk === 'nvme') {
    refuse('machine=microvm has no PCI, which disk=nvme needs', 'disk=virtio-blk, or machine=q35');
  }
  if ((machine === 'microvm' || machine === 'virt') && channel === 'serial') {
    refuse(
      `machine=${machine} has one serial port, the console’s (channel=serial)`,
      machine === 'virt' ? 'channel=virtio' : 'channel=virtio, or machine=q35',
    );
  }
  if (hugepages === 'on' && ksm === 'on') {
    refuse('KSM merges no huge pages (hugepages=on, ksm=on)', 'hugepages=off, or ksm=off');
  }
  if (limit === 'boundary' && hugepages === 'on') {
    refuse(
      'no control group is charged for huge pages, so that none can limit them (hugepages=on, limit=boundary)',
      'hugepages=off, or limit=guest',
    );
  }
  if (thp === 'on' && hugepages === 'on') {
    refuse('guest RAM is of huge pages already (hugepages=on, thp=on)', 'hugepages=off, or thp=off');
  }
  if (thp === 'on' && ksm === 'on') {
    refuse('KSM takes huge pages apart (ksm=on, thp=on)', 'ksm=off, or thp=off');
  }
  if (boot !== 'direct' && !PLAIN_WORDS.test(append)) {
    refuse(
      `append=${append} does not pass through the boot loader unchanged (boot=${boot})`,
      'boot=direct, or plain words: letters, digits and . , : = / @ % + - _',
    );
  }
}
