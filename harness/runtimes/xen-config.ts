import { usageError } from '../../core/error.ts';
import { MIB } from '../../core/units.ts';

/** pv: no virtual hardware, the kernel calls Xen. pvh: the CPU's virtualisation without a device model. hvm: a PC. */
export type XenType = 'pv' | 'pvh' | 'hvm';

export interface XenBoot {
  /** The domain's name, unique on the host. */
  name: string;
  type: XenType;
  memoryBytes: number;
  cpus: number;
  kernel: string;
  initrd: string;
  /** The throw-away qcow2 on top of the image's disk file. */
  disk: string;
  /** Where QEMU, the backend of disk and channel, listens for twinboot. */
  agentSocket: string;
  /** Added to the kernel's command line. */
  append: string;
  /** xl.cfg(5), `cpuid`; empty: as xl has it. */
  cpuid: string;
}

/** As those of QEMU's machines (qemu-command.ts), on Xen's console. */
const KERNEL_ARGUMENTS = 'root=/dev/xvda rw console=hvc0 loglevel=6 panic=-1';
/** Outside pv the kernel's first words would go to the hypervisor's log, and the console would begin after them. */
const EARLY: Record<XenType, string> = { pv: 'earlyprintk=xen', pvh: '', hvm: '' };

/** The domain's whole configuration (xl.cfg(5)). A domain that ends, however it does, is gone. */
export function xenConfig(boot: XenBoot): string {
  const mebibytes = Math.round(boot.memoryBytes / MIB);
  const disk = `format=qcow2,vdev=xvda,access=rw,backendtype=qdisk,target=${boot.disk}`;
  const channel = `connection=socket,path=${boot.agentSocket},name=twinboot.agent`;
  const settings: Record<string, string> = {
    name: quoted(boot.name),
    type: quoted(boot.type),
    memory: String(mebibytes),
    maxmem: String(mebibytes),
    vcpus: String(boot.cpus),
    ...(boot.type === 'pv' ? {} : { shadow_memory: String(poolBytes(boot) / MIB) }),
    kernel: quoted(boot.kernel),
    ramdisk: quoted(boot.initrd),
    extra: quoted([KERNEL_ARGUMENTS, EARLY[boot.type], boot.append].filter(Boolean).join(' ')),
    disk: `[ ${quoted(disk)} ]`,
    channel: `[ ${quoted(channel)} ]`,
    vif: '[ ]',
    ...(boot.cpuid === '' ? {} : { cpuid: quoted(boot.cpuid) }),
    ...(boot.type === 'hvm' ? hvmSettings : {}),
    on_poweroff: DESTROY,
    on_reboot: DESTROY,
    on_crash: DESTROY,
    on_watchdog: DESTROY,
  };
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join('');
}

const DESTROY = '"destroy"';

/**
 * What Xen sets aside for the page tables of a guest that uses the CPU's virtualisation: xl's own default (xl.cfg(5),
 * `shadow_memory`), said so that it is known.
 */
export function poolBytes({
  type,
  cpus,
  memoryBytes,
}: Pick<XenBoot, 'type' | 'cpus' | 'memoryBytes'>): number {
  return type === 'pv' ? 0 : (cpus + Math.ceil(memoryBytes / MIB / 128)) * MIB;
}

/** No screen: what the guest says goes to its console. */
const hvmSettings = { vga: '"none"', vnc: '0', sdl: '0', usb: '0', serial: '"none"' };

/** A string of xl's configuration has no escapes. Errors: `bad-combination` (usage). */
function quoted(text: string): string {
  if (!/["\n]/.test(text)) return `"${text}"`;
  if (!/['\n]/.test(text)) return `'${text}'`;
  throw usageError('bad-combination', `runtime xen: xl's configuration cannot hold ${JSON.stringify(text)}`, {
    hint: 'write it without one of the two quotation marks',
  });
}
