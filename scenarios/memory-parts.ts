import type { GuestProcess } from '../harness/parse/processes.ts';
import type { ChargedReading, InsideReading } from '../harness/contract/artifacts.ts';
import { metric, type Circumstances } from '../harness/contract/scenario.ts';
import { processesOf } from './instance-processes.ts';

/** What the parts of one instance are computed from. */
export interface PartReadings {
  memory: Pick<ChargedReading, 'cgroup' | 'processes' | 'guestRam'>;
  inside: Pick<InsideReading, 'meminfo' | 'kernel'> & { processes: PartProcess[] };
}

type PartProcess = Pick<GuestProcess, 'unit' | 'pssAnonBytes'>;

/** Bytes by the id of the part; a part that does not exist on this side is not there. */
export type Parts = Record<string, number>;

export const UNEXPLAINED = 'memory.unexplained';

const AGENT_UNIT = 'twinboot-agent.service';
/** Debian's kernels for VMs have pages of this size. */
const PAGE_BYTES = 4096;
/** Documentation/mm/vmemmap_dedup.rst. */
const STRUCT_PAGE_BYTES = 64;

/**
 * By how much the file pages that the processes of these instances map (Pss_File) exceed those that their control
 * groups are charged for, at least: bytes that somebody else is charged for, as whoever read them first pays.
 */
export function chargedElsewhereBytes(
  instances: readonly Pick<ChargedReading, 'cgroup' | 'processes'>[],
): number {
  const beyond = instances.reduce(
    (sum, { cgroup, processes }) =>
      processes.reduce((mapped, { pssFileBytes }) => mapped + pssFileBytes, sum) - cgroup.fileBytes,
    0,
  );
  return Math.max(0, beyond);
}

/**
 * The parts in the order of the waterfall; `memory.unexplained`, the last one, is what `memoryParts` leaves of the
 * total.
 */
export const memoryPartMetrics = [
  part(
    'memory.manager',
    'manager or VMM',
    'Anonymous memory of the container manager (PSS), or of the VMM with its device emulation (cgroup anon less the translation cache).',
  ),
  part(
    'memory.translation-cache',
    'translation cache',
    "RSS of the VMM's writable and executable anonymous mappings: translated code (TCG only).",
  ),
  part(
    'memory.guest-kernel-image',
    'guest kernel image',
    'Code, read-only data, data and bss of the guest kernel, as its /proc/iomem lists them. VMs only; User-Mode Linux has its image in a file of the host and counts as `memory.guest-kernel-other` what of it lies in guest RAM.',
  ),
  part(
    'memory.guest-struct-pages',
    'guest struct pages',
    'What the guest kernel keeps of each page of guest RAM: 64 bytes per 4 KiB, 1.6 % of guest RAM (Documentation/mm/vmemmap_dedup.rst). VMs only.',
  ),
  part(
    'memory.guest-slab',
    'guest slab',
    "The guest's Slab: kernel objects, of them dentries and inodes. VMs only.",
  ),
  part(
    'memory.guest-page-tables',
    'guest page tables',
    "The guest's PageTables and SecPageTables. VMs only.",
  ),
  part(
    'memory.guest-kernel-other',
    'guest kernel, other',
    "The guest's Percpu and VmallocUsed (kernel stacks and modules are in it), and what of guest RAM is outside MemTotal beside the image and the struct pages: early tables, firmware. Less what the guest counts as used and the host never had to provide. VMs only.",
  ),
  part(
    'memory.guest-page-cache',
    'guest page cache',
    "The guest's Cached and Buffers without Shmem. `memory.double-cached` says how much of it the host has a second time. VMs only.",
  ),
  part(
    'memory.page-cache',
    'host page cache',
    "Shared file pages, each counted once: for the control group whose process read it first. A container's own files, anew at every boot; of a VM the blocks of its disk, kernel, initrd and the VMM's program. What the host had cached before (a warm-up, another VM of the same image) is not charged again and not in it.",
  ),
  part(
    'memory.tmpfs',
    'tmpfs',
    "tmpfs and shared memory: the cgroup's shmem (container), the guest's Shmem (VM).",
  ),
  part(
    'memory.duplicated-services',
    'duplicated services',
    'Anonymous PSS of the services that the host runs too: of a container as the host sees its processes, of a VM as the guest does.',
  ),
  part(
    'memory.other-services',
    'other services',
    "Anonymous PSS of the other processes of the distribution, its PID 1 included where the host's is another.",
  ),
  part('memory.agent', 'agent', "Anonymous PSS of twinboot's own agent."),
  part(
    'memory.free-touched',
    'touched, free guest RAM',
    "Guest RAM that the host has had to provide and the guest does not use now: what the cgroup is charged for guest RAM less what the guest has in use. Pages in the free lists of the guest's CPUs are free, though not in MemFree. VMs only.",
  ),
  part(
    'memory.merged',
    'merged by KSM',
    'Below 0: guest RAM that the host has merged with equal pages, of this VM or of others (RSS less PSS of its mapping). VMs with `ksm=on` only.',
  ),
  part(
    'memory.host-kernel',
    'host kernel',
    "Kernel memory charged to the boundary's cgroup: slab, stacks, page tables, per-CPU data, socket buffers.",
  ),
  part(
    'memory.hypervisor',
    'hypervisor',
    'What the hypervisor below the host keeps of this guest beside its RAM: the pool for its page tables. ' +
      'Guests of Xen of type pvh and hvm only.',
  ),
  part(
    'memory.swapped',
    'swapped out',
    'What the host has swapped out (memory.swap.current, total_swap). Groups of instances are kept from swapping where the kernel lets them be, so that memory does not leave their charge.',
  ),
  part(
    'memory.charged-ahead',
    'charged ahead',
    'memory.total less what was swapped out and the four kinds that the host kernel splits the charge into (anonymous, file, shmem, kernel): it charges each cgroup, on each CPU, up to 64 pages ahead of their use.',
  ),
  part(
    UNEXPLAINED,
    'unexplained',
    'memory.total less all parts above; negative where parts count a page that the cgroup was not charged for.',
    'none',
  ),
];

function part(
  id: string,
  title: string,
  definition: string,
  better: 'lower' | 'none' = 'lower',
): ReturnType<typeof metric> {
  return metric(id, 'bytes', 'part', title, definition, better);
}

/**
 * What the charge of one instance consists of, without `memory.unexplained`. The parts of several instances may be
 * added up, and so may what is left of their charges.
 */
export function memoryParts(readings: PartReadings, circumstances: Circumstances): Parts {
  const parts =
    circumstances.kind === 'vm' ? vmParts(readings, circumstances) : containerParts(readings, circumstances);
  return { ...parts, ...hostParts(readings) };
}

export function sumOfParts(parts: Parts): number {
  return sum(Object.values(parts));
}

/** The guest's page cache as the guest counts it. Bytes. */
export function guestPageCacheBytes({ meminfo }: PartReadings['inside']): number {
  const field = (name: string): number => meminfo.get(name) ?? 0;
  return field('Cached') + field('Buffers') - field('Shmem');
}

/** Without any of these a part of a VM would be too small. Others came with later kernels. */
const neededFields = ['MemTotal', 'MemFree', 'Cached', 'Buffers', 'Shmem', 'Slab', 'PageTables'];

/** Why the parts of a VM cannot be told from what its guest says; `undefined` where they can. */
export function lackingField(meminfo: ReadonlyMap<string, number>): string | undefined {
  const field = neededFields.find((name) => !meminfo.has(name));
  return field === undefined ? undefined : `the guest's /proc/meminfo does not have ${field}`;
}

/** What is the host's on either side. Where its kernel does not count its own memory, nothing can be told apart. */
function hostParts({ memory: { cgroup } }: PartReadings): Parts {
  const { totalBytes, anonBytes, fileBytes, shmemBytes, kernelBytes, swappedBytes, hypervisorBytes } = cgroup;
  const always = {
    'memory.page-cache': fileBytes,
    ...(swappedBytes === undefined ? {} : { 'memory.swapped': swappedBytes }),
    ...(hypervisorBytes === undefined ? {} : { 'memory.hypervisor': hypervisorBytes }),
  };
  if (kernelBytes === undefined) return always;
  const chargedBytes = totalBytes - (swappedBytes ?? 0) - (hypervisorBytes ?? 0);
  return {
    ...always,
    'memory.host-kernel': kernelBytes,
    'memory.charged-ahead': Math.max(0, chargedBytes - anonBytes - fileBytes - shmemBytes - kernelBytes),
  };
}

function containerParts({ memory, inside }: PartReadings, on: Circumstances): Parts {
  return {
    'memory.manager': anonymous(memory.processes.filter((process) => process.manager)),
    'memory.tmpfs': memory.cgroup.shmemBytes,
    ...serviceParts(processesOf<PartProcess>(memory, inside, 'container') ?? [], on),
  };
}

function vmParts({ memory: { cgroup, guestRam }, inside }: PartReadings, on: Circumstances): Parts {
  const field = (name: string): number => inside.meminfo.get(name) ?? 0;
  // Some of it may have no page in the VMM's own mapping: User-Mode Linux maps what it vmallocs elsewhere.
  const touchedBytes = Math.max(guestRam?.touchedBytes ?? 0, cgroup.shmemBytes);
  const cacheBytes = guestRam?.translationCacheBytes ?? 0;
  // Where the lists of single CPUs are not known, the pages in them stay among the used ones.
  const usedBytes = on.memoryBytes - field('MemFree') - (inside.kernel?.freeListBytes ?? 0);
  return {
    'memory.manager': cgroup.anonBytes - cacheBytes,
    ...(guestRam === undefined ? {} : { 'memory.translation-cache': cacheBytes }),
    ...guestKernelParts(inside, on.memoryBytes, Math.max(0, usedBytes - touchedBytes)),
    'memory.guest-page-cache': guestPageCacheBytes(inside),
    'memory.tmpfs': field('Shmem'),
    ...serviceParts(inside.processes, on),
    'memory.free-touched': Math.max(0, touchedBytes - usedBytes),
    ...(guestRam?.mergedBytes === undefined ? {} : { 'memory.merged': -guestRam.mergedBytes }),
  };
}

/** What the guest counts as used and the host never had to provide is the kernel's: of that which nobody uses first. */
function guestKernelParts(
  { meminfo, kernel }: PartReadings['inside'],
  memoryBytes: number,
  neverProvidedBytes: number,
): Parts {
  const fields = (...names: string[]): number => sum(names.map((name) => meminfo.get(name) ?? 0));
  const outsideBytes = Math.max(0, memoryBytes - fields('MemTotal'));
  const structPagesBytes = Math.min(outsideBytes, (memoryBytes / PAGE_BYTES) * STRUCT_PAGE_BYTES);
  const imageBytes = Math.min(outsideBytes - structPagesBytes, kernel?.imageBytes ?? 0);
  let leftBytes = neverProvidedBytes;
  const provided = (bytes: number): number => {
    const notBytes = Math.min(bytes, leftBytes);
    leftBytes -= notBytes;
    return bytes - notBytes;
  };
  const other = provided(outsideBytes - structPagesBytes - imageBytes + fields('Percpu', 'VmallocUsed'));
  const image = provided(imageBytes);
  return {
    ...(kernel?.imageBytes === undefined ? {} : { 'memory.guest-kernel-image': image }),
    'memory.guest-struct-pages': provided(structPagesBytes),
    'memory.guest-slab': provided(fields('Slab')),
    'memory.guest-page-tables': provided(fields('PageTables', 'SecPageTables')),
    'memory.guest-kernel-other': other,
  };
}

function serviceParts(processes: readonly PartProcess[], { onHost }: Circumstances): Parts {
  const isAgent = ({ unit }: PartProcess): boolean => unit === AGENT_UNIT;
  const isDuplicated = ({ unit }: PartProcess): boolean => unit !== undefined && onHost(unit) === 'running';
  const services = processes.filter((process) => !isAgent(process));
  return {
    'memory.duplicated-services': anonymous(services.filter(isDuplicated)),
    'memory.other-services': anonymous(services.filter((process) => !isDuplicated(process))),
    'memory.agent': anonymous(processes.filter(isAgent)),
  };
}

function anonymous(processes: readonly { pssAnonBytes: number }[]): number {
  return sum(processes.map(({ pssAnonBytes }) => pssAnonBytes));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
