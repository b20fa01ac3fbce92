import { createHash } from 'node:crypto';
import { arch, availableParallelism, release } from 'node:os';
import { readIfThere } from '../../core/read-if-there.ts';
import { GIB } from '../../core/units.ts';
import type { HostDescription } from '../../results/record.ts';
import { isEmulatedHost } from '../../results/virtualization.ts';
import { processRunner, type ProcessRunner } from '../process/runner.ts';
import type { CgroupLayout } from '../process/cgroup.ts';
import { installedPackages } from './dpkg.ts';
import { parseCpuInfo, parseDistribution } from '../parse/host-facts.ts';
import { parseMeminfo } from '../parse/meminfo.ts';
import { readHypervisor } from './hypervisor-readings.ts';
import { decideHypervisor, describeMachine } from './hypervisor.ts';
import { readSettings } from './settings.ts';
import { qemuTool, toolState } from './tools.ts';

/**
 * What this host is, for the record. Records get published: nothing here names the machine itself (no host name,
 * address or serial number).
 */
export async function describeHost(
  layout: CgroupLayout,
  runner: ProcessRunner = processRunner,
): Promise<HostDescription> {
  const readings = await readHypervisor(runner);
  const virtualization = decideHypervisor(readings);
  const machine = describeMachine(readings.dmi);
  const host = {
    distribution: parseDistribution(
      readIfThere('/etc/os-release') ?? readIfThere('/usr/lib/os-release') ?? '',
    ),
    kernel: release(),
    arch: arch(),
    cpuModel: parseCpuInfo(readings.cpuinfo).model,
    cpus: availableParallelism(),
    memoryBytes: parseMeminfo(readIfThere('/proc/meminfo') ?? '').get('MemTotal') ?? 0,
    cgroupMode: layout.mode,
    init: readIfThere('/proc/1/comm') ?? 'unknown',
    ...(virtualization === undefined ? {} : { virtualization }),
    ...(machine === undefined ? {} : { machine }),
  };
  const settings = readSettings();
  const facts = factsOf(host, {
    systemd: installedPackages().get('systemd'),
    qemu: (await toolState(qemuTool(), installedPackages(), runner)).version,
    'transparent huge pages': settings.transparentHugePages,
    'cpu governor': settings.governor,
  });
  return { ...host, facts, fingerprint: fingerprintOf(facts), settings };
}

type Described = Omit<HostDescription, 'facts' | 'fingerprint' | 'settings'>;

/**
 * What must be alike for two records to be comparable. Memory is rounded: the kernel's own share varies. What a host
 * runs on is a fact of emulated ones alone: those must equal no other, and others keep the fingerprint that they had.
 */
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
    ...(isEmulatedHost(host) ? { virtualization: host.virtualization } : {}),
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
