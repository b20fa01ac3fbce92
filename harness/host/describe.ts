import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, release } from 'node:os';
import { GIB } from '../../core/units.ts';
import type { HostDescription } from '../../results/record.ts';
import { processRunner, type ProcessRunner } from '../process/runner.ts';
import type { CgroupLayout } from './cgroup.ts';
import { installedPackages } from './dpkg.ts';
import {
  describeVirtualization,
  parseChoice,
  parseCpuInfo,
  parseDistribution,
  parseMeminfo,
} from './facts.ts';
import { qemuTool, toolState } from './tools.ts';

const DMI_FOLDER = '/sys/class/dmi/id';
const THP_FILE = '/sys/kernel/mm/transparent_hugepage/enabled';
const GOVERNOR_FILE = '/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor';

/**
 * What this host is, for the record. Records get published: nothing here names the machine itself (no host name,
 * address or serial number).
 */
export async function describeHost(
  layout: CgroupLayout,
  runner: ProcessRunner = processRunner,
): Promise<HostDescription> {
  const cpu = parseCpuInfo(read('/proc/cpuinfo') ?? '');
  const vendor = read(`${DMI_FOLDER}/sys_vendor`);
  const product = read(`${DMI_FOLDER}/product_name`);
  const virtualization = describeVirtualization(cpu, {
    ...(vendor === undefined ? {} : { vendor }),
    ...(product === undefined ? {} : { product }),
  });
  const host = {
    distribution: parseDistribution(read('/etc/os-release') ?? read('/usr/lib/os-release') ?? ''),
    kernel: release(),
    arch: arch(),
    cpuModel: cpu.model,
    cpus: availableParallelism(),
    memoryBytes: parseMeminfo(read('/proc/meminfo') ?? '', 'MemTotal') ?? 0,
    cgroupMode: layout.mode,
    init: read('/proc/1/comm') ?? 'unknown',
    ...(virtualization === undefined ? {} : { virtualization }),
  };
  const facts = factsOf(host, {
    systemd: installedPackages().get('systemd'),
    qemu: (await toolState(qemuTool(), installedPackages(), runner)).version,
    'transparent huge pages': parseChoice(read(THP_FILE) ?? ''),
    'cpu governor': cpuGovernor(),
  });
  return { ...host, facts, fingerprint: fingerprintOf(facts) };
}

/** The frequency governor of the first CPU; `undefined` where the host does not set frequencies itself. */
export function cpuGovernor(): string | undefined {
  return read(GOVERNOR_FILE);
}

type Described = Omit<HostDescription, 'facts' | 'fingerprint'>;

/** What must be alike for two records to be comparable. Memory is rounded: the kernel's own share varies. */
export function factsOf(
  host: Described,
  measured: Record<string, string | undefined>,
): Record<string, string> {
  const facts: Record<string, string | undefined> = {
    arch: host.arch,
    'cpu model': host.cpuModel,
    cpus: String(host.cpus),
    'memory (GiB)': String(Math.round(host.memoryBytes / GIB)),
    kernel: host.kernel,
    'cgroup mode': host.cgroupMode,
    distribution: host.distribution,
    ...measured,
  };
  return Object.fromEntries(
    Object.entries(facts).filter((fact): fact is [string, string] => fact[1] !== undefined),
  );
}

/** SHA-256, hex; the order of the facts does not matter. */
export function fingerprintOf(facts: Record<string, string>): string {
  const sorted = Object.entries(facts).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(sorted)).digest('hex');
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch {
    return undefined;
  }
}
