import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { MIB } from '../../core/units.ts';
import { guestWords } from './uml-append.ts';

/** The registers that UML keeps for each of the guest's threads: all that the CPU has, or no wider ones than SSE's. */
export type UmlRegisters = 'all' | 'sse';

export interface UmlBoot {
  memoryBytes: number;
  registers: UmlRegisters;
  /** Added to the kernel's command line. */
  append: string;
  /** UML's own copy-on-write file (`uml-overlay.ts`). */
  overlay: string;
  /** The disk file below it, never written to. Neither name may have a comma or a colon in it. */
  disk: string;
  /** Where UML keeps its pid file and control socket, each boot's own. */
  controlFolder: string;
  /** The FIFOs that are the guest's second serial line. */
  toGuest: string;
  fromGuest: string;
}

export const UML = 'linux.uml';

const SSE_START = join(packageRoot(), 'harness', 'runtimes', 'uml-start.pl');

/**
 * What is said on the console is what QEMU's guests say (`qemu-command.ts`): notices from the first one on, and panics.
 */
const KERNEL_ARGUMENTS = [
  'root=/dev/ubda',
  'rw',
  // The host's standard error until the serial line is there.
  'console=stderr0',
  'console=ttyS0',
  'loglevel=6',
  'panic=-1',
];

/** The C library's choice of its functions without wider registers (glibc manual, "Hardware Capability Tunables"). */
const SSE_ONLY =
  'GLIBC_TUNABLES=glibc.cpu.hwcaps=-AVX,-AVX2,-AVX512F,-AVX512VL,-AVX512BW,-AVX_Fast_Unaligned_Load';

/** What UML is started through where its registers are too wide for it. */
export function umlStarter(registers: UmlRegisters): string[] {
  return registers === 'sse' ? ['perl', SSE_START] : [];
}

/** UML's whole command line for a boot (user_mode_linux_howto_v2.rst; `linux.uml --help`). */
export function umlBootArguments(boot: UmlBoot): string[] {
  return [
    `mem=${Math.round(boot.memoryBytes / MIB)}M`,
    `ubd0=${boot.overlay},${boot.disk}`,
    ...['con=null', 'ssl=null', 'ssl0=null,fd:1'],
    // FIFOs have no terminal modes to be made raw.
    ...['ssl-non-raw', `ssl1=tty:${boot.toGuest},tty:${boot.fromGuest}`],
    `uml_dir=${boot.controlFolder}/`,
    'umid=uml',
    ...KERNEL_ARGUMENTS,
    // For PID 1, and by it for every service.
    ...(boot.registers === 'sse' ? [SSE_ONLY, `systemd.setenv=${SSE_ONLY}`] : []),
    ...guestWords(boot.append),
  ];
}

/**
 * UML before 6.13 has room for 2696 bytes of registers, up to those of AVX-512, and panics on a CPU with AMX when it
 * starts its first process. `cpuinfo`: /proc/cpuinfo.
 */
export function umlRegisters(version: string, cpuinfo: string): UmlRegisters {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const fitsAnyCpu = major > 6 || (major === 6 && minor >= 13);
  return !fitsAnyCpu && /^flags\s*:.*\bamx_tile\b/m.test(cpuinfo) ? 'sse' : 'all';
}
