import { withGuestRam, type CgroupMemory } from '../parse/cgroup-memory.ts';
import { parseVcpuTimes, parseXentopMemory } from '../parse/xen.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { runError } from '../../core/error.ts';
import type { InstanceMeters } from './runtime.ts';

/**
 * The memory that the hypervisor has given a domain: the guest's RAM, all of it from the start. Errors:
 * `domain-unreadable` (run).
 */
async function readDomainMemory(runner: ProcessRunner, domain: string): Promise<number> {
  const { stdout } = await runner.run('xentop', ['-b', '-f', '-i', '1']);
  const bytes = parseXentopMemory(stdout, domain);
  if (bytes !== undefined) return bytes;
  throw runError('domain-unreadable', `xentop does not list domain ${domain}`);
}

/**
 * The boundary of a domain: what the control group of xl and its helpers in dom0 is charged, and what the hypervisor
 * has given the domain, which no group is charged. Guest RAM counts where every VM's does, beside shared memory.
 */
export function domainMeters(
  runner: ProcessRunner,
  { name: domain, hypervisorBytes }: { name: string; hypervisorBytes: number },
  helpers: InstanceMeters,
): InstanceMeters {
  const domainCpuMs = async (): Promise<number | undefined> =>
    parseVcpuTimes((await runner.run('xl', ['vcpu-list', domain])).stdout);
  return {
    ...helpers,
    async memory(): Promise<CgroupMemory> {
      const [charged, guestBytes] = await Promise.all([helpers.memory(), readDomainMemory(runner, domain)]);
      const { totalBytes, peakBytes, ...kinds } = withGuestRam(charged, guestBytes);
      return {
        ...kinds,
        totalBytes: totalBytes + hypervisorBytes,
        peakBytes: peakBytes === undefined ? undefined : peakBytes + hypervisorBytes,
        hypervisorBytes,
      };
    },
    async cpuMs() {
      const [helpersMs, domainMs] = await Promise.all([helpers.cpuMs(), domainCpuMs()]);
      return helpersMs === undefined || domainMs === undefined ? undefined : helpersMs + domainMs;
    },
    async guestRam() {
      return { touchedBytes: await readDomainMemory(runner, domain), translationCacheBytes: 0 };
    },
  };
}
