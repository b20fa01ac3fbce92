import type { Artifacts } from '../harness/observe/artifacts.ts';
import type { GuestProcess } from '../harness/guest/processes.ts';
import { createMeasured, defineScenario, metric, type Circumstances } from './define.ts';

type Readings = Pick<Artifacts, 'timing' | 'memory' | 'inside'>;
type Parts = Record<string, number>;

const AGENT_UNIT = 'twinboot-agent.service';
const NOT_HERE = 'does not exist on this side';

export const memory = defineScenario({
  id: 'memory',
  title: 'Memory',
  question: 'What does the host spend so that this instance exists, and on what?',
  needs: ['timing', 'memory', 'inside'],
  metrics: [
    metric(
      'memory.total',
      'bytes',
      'headline',
      'Memory, settled',
      'The charge of the cgroup that holds the whole boundary (manager and container, or VMM with its guest) once it has settled.',
    ),
    metric(
      'memory.peak',
      'bytes',
      'headline',
      'Peak memory while booting',
      'The highest charge of the same cgroup from t0 to `ready`.',
    ),
    metric(
      'memory.pss',
      'bytes',
      'headline',
      'PSS, settled',
      'Sum of the PSS of every process of the boundary, read on the host from smaps_rollup.',
    ),
    metric(
      'memory.host-delta',
      'bytes',
      'headline',
      'Fall of the host’s MemAvailable',
      "How much the host's MemAvailable fell from before t0 to the settled instance: a cross-check that sees what no cgroup is charged, and other processes' noise.",
    ),
    metric(
      'memory.manager',
      'bytes',
      'part',
      'manager or VMM',
      'Anonymous memory of the container manager (PSS), or of the VMM with its device emulation (cgroup anon less the translation cache).',
    ),
    metric(
      'memory.translation-cache',
      'bytes',
      'part',
      'translation cache',
      "RSS of the VMM's writable and executable anonymous mappings: translated code (TCG only).",
    ),
    metric(
      'memory.guest-kernel',
      'bytes',
      'part',
      'guest kernel',
      "Guest RAM outside MemTotal (kernel image, struct pages) and the guest's Slab, PageTables, Percpu and VmallocUsed, less what the host never had to provide. VMs only.",
    ),
    metric(
      'memory.guest-page-cache',
      'bytes',
      'part',
      'guest page cache',
      "The guest's Cached and Buffers without Shmem. VMs only.",
    ),
    metric(
      'memory.page-cache',
      'bytes',
      'part',
      'page cache',
      "Page cache that the host charges to the boundary's cgroup: the container's own files, or the VM's disk file as the host caches it a second time.",
    ),
    metric(
      'memory.tmpfs',
      'bytes',
      'part',
      'tmpfs',
      "tmpfs and shared memory: the cgroup's shmem (container), the guest's Shmem (VM).",
    ),
    metric(
      'memory.duplicated-services',
      'bytes',
      'part',
      'duplicated services',
      'Anonymous PSS of the services that the host runs too, read inside the instance.',
    ),
    metric(
      'memory.other-services',
      'bytes',
      'part',
      'other services',
      "Anonymous PSS of the other processes of the distribution, its PID 1 included where the host's is another.",
    ),
    metric('memory.agent', 'bytes', 'part', 'agent', "Anonymous PSS of twinboot's own agent."),
    metric(
      'memory.free-touched',
      'bytes',
      'part',
      'touched, free guest RAM',
      'Guest RAM that the host has had to provide and the guest does not use now: resident guest RAM less what the guest has in use. VMs only.',
    ),
    metric(
      'memory.host-kernel',
      'bytes',
      'part',
      'host kernel',
      "Kernel memory charged to the boundary's cgroup: slab, stacks, page tables, per-CPU data, socket buffers.",
    ),
    metric(
      'memory.unexplained',
      'bytes',
      'part',
      'unexplained',
      'memory.total less all parts above; negative where parts count a page that the cgroup was not charged for.',
      'none',
    ),
  ],

  measure({ timing, memory: reading, inside }, circumstances) {
    const measured = createMeasured();
    const { cgroup } = reading;
    measured.put('memory.total', cgroup.totalBytes, '');
    measured.put(
      'memory.peak',
      timing.peakBytes,
      'this kernel does not keep the peak of a cgroup (memory.peak: Linux 5.19)',
    );
    measured.put('memory.pss', sum(reading.processes.map((process) => process.pssBytes)), '');
    measured.put('memory.host-delta', reading.hostDeltaBytes, '');

    const readings = { timing, memory: reading, inside };
    const parts =
      circumstances.kind === 'vm'
        ? vmParts(readings, circumstances)
        : containerParts(readings, circumstances);
    for (const { id, role } of this.metrics) {
      if (role === 'part' && id !== 'memory.unexplained') measured.put(id, parts[id], NOT_HERE);
    }
    measured.put('memory.unexplained', cgroup.totalBytes - sum(Object.values(parts)), '');
    measured.details.settled = reading.settled;
    measured.details.settledAfterMs = reading.settledAfterMs;
    measured.details.insideMemAvailableBytes = inside.meminfo.get('MemAvailable');
    return measured;
  },
});

function containerParts(
  { memory: { cgroup, processes }, inside }: Readings,
  circumstances: Circumstances,
): Parts {
  const managers = processes.filter((process) => process.manager);
  return {
    'memory.manager': sum(managers.map((process) => process.pssAnonBytes)),
    'memory.page-cache': cgroup.fileBytes,
    'memory.tmpfs': cgroup.shmemBytes,
    ...serviceParts(inside.processes, circumstances),
    ...(cgroup.kernelBytes === undefined ? {} : { 'memory.host-kernel': cgroup.kernelBytes }),
  };
}

function vmParts({ memory: { cgroup, guestRam }, inside }: Readings, circumstances: Circumstances): Parts {
  const field = (name: string): number => inside.meminfo.get(name) ?? 0;
  const touchedBytes = guestRam?.touchedBytes ?? cgroup.shmemBytes;
  const cacheBytes = guestRam?.translationCacheBytes ?? 0;
  const usedBytes = circumstances.memoryBytes - field('MemFree');
  const kernelBytes =
    circumstances.memoryBytes -
    field('MemTotal') +
    sum(['Slab', 'PageTables', 'SecPageTables', 'Percpu', 'VmallocUsed'].map(field));
  // What the guest counts as used and the host never had to provide is the kernel's: User-Mode Linux maps its image from its
  // program's file, which the host caches once for all.
  const neverProvidedBytes = Math.max(0, usedBytes - touchedBytes);
  return {
    'memory.manager': cgroup.anonBytes - cacheBytes,
    'memory.translation-cache': cacheBytes,
    'memory.guest-kernel': Math.max(0, kernelBytes - neverProvidedBytes),
    'memory.guest-page-cache': field('Cached') + field('Buffers') - field('Shmem'),
    'memory.page-cache': cgroup.fileBytes,
    'memory.tmpfs': field('Shmem'),
    ...serviceParts(inside.processes, circumstances),
    'memory.free-touched': Math.max(0, touchedBytes - usedBytes),
    ...(cgroup.kernelBytes === undefined ? {} : { 'memory.host-kernel': cgroup.kernelBytes }),
  };
}

function serviceParts(processes: GuestProcess[], { onHost }: Circumstances): Parts {
  const anonymous = (chosen: GuestProcess[]): number => sum(chosen.map((process) => process.pssAnonBytes));
  const isAgent = ({ unit }: GuestProcess): boolean => unit === AGENT_UNIT;
  const isDuplicated = ({ unit }: GuestProcess): boolean => unit !== undefined && onHost(unit) === 'running';
  const services = processes.filter((process) => !isAgent(process));
  return {
    'memory.duplicated-services': anonymous(services.filter(isDuplicated)),
    'memory.other-services': anonymous(services.filter((process) => !isDuplicated(process))),
    'memory.agent': anonymous(processes.filter(isAgent)),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
