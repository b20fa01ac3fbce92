import { MIB } from '../../core/units.ts';

/**
 * A figure that somebody else has published, of another machine and by another definition. Nothing here is measured.
 */
export interface PublishedFigure {
  /** What was measured. */
  system: string;
  /** As it was published: `≤ 125 ms`, `123 MB`. */
  text: string;
  /** The same as a number, ms or bytes (a MB is 10⁶). */
  value: number;
  unit: 'ms' | 'bytes';
  /** The metric of twinboot that is nearest to it. */
  metric: string;
  /** What it is, from when to when or of which processes. */
  definition: string;
  /** In what it differs from that metric. */
  difference: string;
  /** Year, month or day, as far as it is known. */
  date: string;
  source: string;
  url: string;
  /** How much of the source was read. */
  basis: string;
}

const MB = 1_000_000;

type Origin = Pick<PublishedFigure, 'date' | 'source' | 'url' | 'basis'>;
type Kind = Pick<PublishedFigure, 'metric' | 'definition' | 'difference'>;

const firecracker: Origin = {
  date: '2020',
  source: 'Firecracker, SPECIFICATION.md; the paper of NSDI 2020 quotes the same',
  url: 'https://github.com/firecracker-microvm/firecracker/blob/main/SPECIFICATION.md',
  basis: 'specification read, paper not read; the bound of 125 ms is no longer asserted by its tests',
};

const lightvm: Origin = {
  date: '2017',
  source: 'Manco et al., My VM is Lighter (and Safer) than your Container, SOSP 2017',
  url: 'https://doi.org/10.1145/3132747.3132763',
  basis: 'abstract read',
};

const cloudHypervisor: Origin = {
  date: '2022-03-03',
  source: 'Cloud Hypervisor, pull request 3794',
  url: 'https://github.com/cloud-hypervisor/cloud-hypervisor/pull/3794',
  basis: 'pull request read',
};

const kata: Origin = {
  date: '2025',
  source: 'Kata Containers, tests/metrics baselines before their removal',
  url: 'https://github.com/kata-containers/kata-containers/tree/0a4b755cd9e22b31cfdbfcb9919b4122b51c26cc/tests/metrics/cmd/checkmetrics/ci_worker',
  basis: 'baselines read: the middle of a band that a result may lie in',
};

const idlab: Origin = {
  date: '2024',
  source: 'idlab-discover, benchmark-containerd-runtimes, raw data',
  url: 'https://github.com/idlab-discover/benchmark-containerd-runtimes',
  basis: 'means computed from the raw data, n = 100',
};

const gvisor: Origin = {
  date: '2020',
  source: 'gVisor, performance guide, data',
  url: 'https://gvisor.dev/docs/architecture_guide/performance/',
  basis: 'data read',
};

const kernelToInit: Kind = {
  metric: 'startup.init',
  definition: 'kernel entry to the guest’s user space, by the debug port; Ubuntu image',
  difference:
    'starts when the kernel does: the VMM’s own set-up and its process are left out, which t0 includes',
};

const firstCommand: Kind = {
  metric: 'startup.command',
  definition: 'from before the container is started to its first command',
  difference: 'host and guest clock are subtracted; an application’s container, no distribution boots in it',
};

const kataMemory: Kind = {
  metric: 'memory.pss',
  definition: 'PSS of VMM, virtiofsd and shim for each container',
  difference: 'an application’s container; no host kernel memory; other helpers than QEMU alone',
};

const callBack: Kind = {
  metric: 'startup.ready',
  definition: 'start call to a request from inside that reaches a server of the host, by one host clock',
  difference: 'an Alpine application’s container with network, no distribution boots in it',
};

const sleepers: Kind = {
  metric: 'density.host-delta-marginal',
  definition: 'fall of MemAvailable over 50 sleeping containers, divided by them',
  difference: 'one difference and no slope; an application’s container, no distribution runs in it',
};

const dockerStart: Kind = {
  metric: 'startup.ready',
  definition: 'docker run until the container has done its work',
  difference: 'Docker’s own second is in it; an application’s container, no distribution boots in it',
};

const dockerDensity: Kind = {
  metric: 'density.host-delta-marginal',
  definition:
    'fall of MemAvailable over many containers under Docker, divided by them, caches dropped at both ends',
  difference:
    'caches are dropped before both readings; an application’s container, no distribution runs in it',
};

const ms = (
  system: string,
  value: number,
  kind: Kind,
  origin: Origin,
  text = `${value} ms`,
): PublishedFigure => ({
  system,
  text,
  value,
  unit: 'ms',
  ...kind,
  ...origin,
});

const megabytes = (system: string, mb: number, kind: Kind, origin: Origin): PublishedFigure => ({
  system,
  text: `${mb} MB`,
  value: mb * MB,
  unit: 'bytes',
  ...kind,
  ...origin,
});

/** In the order of twinboot's metrics. */
export const publishedFigures: readonly PublishedFigure[] = [
  ms(
    'unikernel on LightVM’s Xen',
    2.3,
    {
      metric: 'startup.init',
      definition: 'boot of a unikernel',
      difference:
        'a unikernel has no PID 1 and no distribution; what starts its clock is not in the abstract',
    },
    lightvm,
  ),
  ms('Cloud Hypervisor, pmem', 79.3, kernelToInit, cloudHypervisor, '79.3 ± 2.6 ms'),
  ms(
    'Firecracker',
    125,
    {
      metric: 'startup.init',
      definition:
        'API call InstanceStart to the guest’s /sbin/init; minimal kernel and root, serial console off',
      difference:
        'starts with a VMM that runs and is configured, which t0 includes; a minimal kernel and root, not a distribution’s',
    },
    firecracker,
    '≤ 125 ms',
  ),
  ms('Cloud Hypervisor, disk', 166.8, kernelToInit, cloudHypervisor, '166.8 ± 4.9 ms'),
  ms('runc', 196, callBack, idlab),
  ms('gVisor, systrap', 572, callBack, idlab),
  ms('Kata 2 on Cloud Hypervisor', 756, callBack, idlab),
  ms('Kata 3 on QEMU', 1257, callBack, idlab),
  ms('gVisor under Docker', 1144, dockerStart, gvisor),
  ms('runc under Docker', 1193, dockerStart, gvisor),
  ms('Kata on Cloud Hypervisor', 390, firstCommand, kata, '0.39 s'),
  ms('Kata on StratoVirt', 480, firstCommand, kata, '0.48 s'),
  ms('Kata on QEMU', 710, firstCommand, kata, '0.71 s'),
  {
    system: 'Firecracker',
    text: '≤ 5 MiB',
    value: 5 * MIB,
    unit: 'bytes',
    metric: 'memory.manager',
    definition: 'the VMM without guest RAM; microVM of 1 CPU and 128 MiB',
    difference:
      'a VMM for one device model, without firmware; guest RAM is told apart by the sizes of its mappings',
    ...firecracker,
  },
  megabytes('Kata on QEMU', 123, kataMemory, kata),
  megabytes('Kata on Cloud Hypervisor', 127, kataMemory, kata),
  megabytes('Kata on StratoVirt', 133, kataMemory, kata),
  megabytes('runc under Docker', 4.09, dockerDensity, gvisor),
  megabytes('runc', 5.5, sleepers, idlab),
  megabytes('gVisor, systrap', 22.6, sleepers, idlab),
  megabytes('gVisor under Docker', 23.7, dockerDensity, gvisor),
  megabytes('Kata 2 on Cloud Hypervisor', 127.6, sleepers, idlab),
  megabytes('Kata 3 on QEMU', 139.2, sleepers, idlab),
];
