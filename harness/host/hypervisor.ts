import { wholeLine } from '../../core/text.ts';
import type { Hypervisor } from '../../results/virtualization.ts';
import { parseCpuInfo, type Dmi } from '../parse/host-facts.ts';

/** What the sources say of the hypervisor below this host, as they say it; absent where a source is not there. */
export interface HypervisorReadings {
  /** Node's name: `x64`, `arm64`. */
  arch: string;
  /** Text of /proc/cpuinfo. */
  cpuinfo: string;
  /** EAX, EBX, ECX and EDX of CPUID leaf 0x40000000, 16 bytes. */
  cpuid?: Uint8Array;
  /** Of `systemd-detect-virt --vm`. */
  detectVirt?: DetectVirtAnswer;
  /** Text of /sys/hypervisor/type. */
  sysHypervisor?: string;
  /** Output of lscpu(1), in English. */
  lscpu?: string;
  dmi: Dmi;
}

/** Exit status 0 with a word; 1 with `none` (systemd-detect-virt(1)). */
export interface DetectVirtAnswer {
  stdout: string;
  exitCode: number | undefined;
}

/**
 * What this host runs on, by the first source that can name it, most trusted first. `undefined` where nothing tells
 * whether there is a hypervisor at all: that is not `none`.
 */
export function decideHypervisor(readings: HypervisorReadings): Hypervisor | undefined {
  return (
    // Of an emulated machine's CPU a hypervisor that runs on it shows the model, under a signature of its own.
    byCpuModel(readings.cpuinfo) ??
    bySignature(readings.cpuid) ??
    byDetectVirt(readings) ??
    bySysHypervisor(readings.sysHypervisor) ??
    byLscpu(readings.lscpu) ??
    byMaker(readings.dmi) ??
    byPresence(readings)
  );
}

/** Twelve bytes of EBX, ECX and EDX; shorter names end in zeros. */
const signatures = new Map<string, Hypervisor>(
  Object.entries({
    KVMKVMKVM: 'kvm',
    'Linux KVM Hv': 'kvm',
    TCGTCGTCGTCG: 'tcg',
    XenVMMXenVMM: 'xen',
    VMwareVMware: 'vmware',
    'Microsoft Hv': 'hyper-v',
    VBoxVBoxVBox: 'virtualbox',
    'bhyve bhyve ': 'bhyve',
    ' lrpepyh  vr': 'parallels',
    'prl hyperv  ': 'parallels',
    ACRNACRNACRN: 'acrn',
    QNXQVMBSQG: 'qnx',
    SRESRESRESRE: 'sre',
    'Apple VZ': 'apple',
  }),
);

/** What the hypervisor itself says that it is. */
export function bySignature(cpuid: Uint8Array | undefined): Hypervisor | undefined {
  if (cpuid?.length !== 16) return undefined;
  return signatures.get(Buffer.from(cpuid.subarray(4)).toString('latin1').replace(/\0+$/u, ''));
}

/** Words of systemd 252 to 258. Two of them name clouds, whose machines run on KVM. */
const detectVirtWords = new Map<string, Hypervisor>(
  Object.entries({
    none: 'none',
    kvm: 'kvm',
    amazon: 'kvm',
    google: 'kvm',
    xen: 'xen',
    vmware: 'vmware',
    microsoft: 'hyper-v',
    oracle: 'virtualbox',
    bhyve: 'bhyve',
    parallels: 'parallels',
    bochs: 'bochs',
    apple: 'apple',
    acrn: 'acrn',
    qnx: 'qnx',
    sre: 'sre',
    uml: 'uml',
    zvm: 'zvm',
    powervm: 'powervm',
  }),
);

/**
 * On x86 systemd asks CPUID, and `qemu` means emulation. Elsewhere it goes by the firmware's tables, which say QEMU of
 * guests of KVM and of macOS too.
 */
export function byDetectVirt({
  arch,
  detectVirt,
}: Pick<HypervisorReadings, 'arch' | 'detectVirt'>): Hypervisor | undefined {
  const word = detectVirt?.stdout.trim();
  if (word === undefined || detectVirt?.exitCode !== (word === 'none' ? 1 : 0)) return undefined;
  return word === 'qemu' && isX86(arch) ? 'tcg' : detectVirtWords.get(word);
}

function bySysHypervisor(type: string | undefined): Hypervisor | undefined {
  return type?.trim() === 'xen' ? 'xen' : undefined;
}

const lscpuVendors = new Map<string, Hypervisor>(
  Object.entries({
    KVM: 'kvm',
    Xen: 'xen',
    Microsoft: 'hyper-v',
    VMware: 'vmware',
    Oracle: 'virtualbox',
    innotek: 'virtualbox',
    Parallels: 'parallels',
    pHyp: 'powervm',
    'User-mode Linux': 'uml',
  }),
);

/** Of the kernel's own host (`none`) and of containers lscpu names a vendor too. */
function byLscpu(lscpu = ''): Hypervisor | undefined {
  const value = (name: string): string => wholeLine(` *${name}: *([^\\n]*)`).exec(lscpu)?.[1]?.trim() ?? '';
  return /^(full|para)$/.test(value('Virtualization type'))
    ? lscpuVendors.get(value('Hypervisor vendor'))
    : undefined;
}

/** Models that QEMU has under emulation alone: `-cpu max` of x86, and of ARM by its number. */
const EMULATED_MODEL = /^QEMU TCG CPU\b|^ARM 0x00 part 0x051$/;

function byCpuModel(cpuinfo: string): Hypervisor | undefined {
  return EMULATED_MODEL.test(parseCpuInfo(cpuinfo).model) ? 'tcg' : undefined;
}

/** `QEMU` alone says who made the machine, and not what runs its instructions. */
const makers: readonly (readonly [RegExp, Hypervisor])[] = [
  [/\bKVM\b/, 'kvm'],
  [/\bVMware\b/i, 'vmware'],
  [/\b(VirtualBox|innotek)\b/i, 'virtualbox'],
  [/\bXen\b/i, 'xen'],
  [/\bBochs\b/i, 'bochs'],
  [/\bParallels\b/i, 'parallels'],
  [/\bBHYVE\b/i, 'bhyve'],
  [/\bApple Virtualization\b/i, 'apple'],
  [/^Microsoft Corporation Virtual Machine$/, 'hyper-v'],
  [/\bQEMU\b/, 'unknown'],
];

function byMaker(dmi: Dmi): Hypervisor | undefined {
  const maker = describeMachine(dmi);
  return maker === undefined ? undefined : makers.find(([pattern]) => pattern.test(maker))?.[1];
}

/** Nobody names it. On x86 a flag of the CPU says whether it is there; elsewhere systemd may have said so. */
function byPresence({ arch, cpuinfo, detectVirt }: HypervisorReadings): Hypervisor | undefined {
  if (parseCpuInfo(cpuinfo).hypervisor || detectVirt?.exitCode === 0) return 'unknown';
  return isX86(arch) ? 'none' : undefined;
}

export const isX86 = (arch: string): boolean => arch === 'x64' || arch === 'ia32';

/** The maker's words, `Amazon EC2 m5.large`; `undefined` where the firmware has none. */
export function describeMachine({ vendor, product }: Dmi): string | undefined {
  const parts = [vendor, product].filter((text) => text !== undefined && text !== '');
  return parts.length === 0 ? undefined : parts.join(' ');
}
