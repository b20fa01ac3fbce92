import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostError, runError, usageError } from '../../core/error.ts';
import { wholeLine } from '../../core/text.ts';
import { formatBytes, MIB } from '../../core/units.ts';
import type { Cgroup } from '../process/cgroup.ts';
import { quote } from '../guest/protocol.ts';
import {
  holdsTranslatedCode,
  MAPPING,
  parseGuestRam,
  smapsBytes,
  type GuestRam,
} from '../parse/guest-ram.ts';
import { processesIn } from '../process/cgroup-tree.ts';
import type { InstanceMeters } from './runtime.ts';

/**
 * What guest RAM is on the host. `memfd`: a mapping of its own, so that it can be told apart from the VMM's own memory.
 * `mergeable`: private anonymous memory, since KSM takes no shared pages (ksm.rst). `hugepages`: a memfd of huge pages. `thp`: private anonymous memory, which the kernel may
 * back by transparent huge pages: QEMU asks it to (MADV_HUGEPAGE), and of a memfd it takes no notice by default.
 */
export type GuestRamKind = 'memfd' | 'mergeable' | 'hugepages' | 'thp';

/** The memory backend (qemu(1), -object), without its id and size. */
export function ramBackend(kind: GuestRamKind): string {
  if (kind === 'mergeable') return 'memory-backend-ram,share=off,merge=on';
  if (kind === 'thp') return 'memory-backend-ram,share=off,merge=off';
  // Of the host's default size, which is the size that /proc/meminfo counts.
  return `memory-backend-memfd,share=on${kind === 'hugepages' ? ',hugetlb=on' : ''}`;
}

/** The host's huge pages of its default size. Bytes and counts; /proc/meminfo (hugetlbpage.rst). */
export interface HugePages {
  pageBytes: number;
  total: number;
  /** Neither in use nor promised. */
  available: number;
}

function hugepages(): HugePages {
  return parseHugePages(readFileSync('/proc/meminfo', 'utf8'));
}

export function parseHugePages(meminfo: string): HugePages {
  const field = (name: string): number =>
    Number(wholeLine(`${name}: +(\\d{1,15})(?: kB)?`).exec(meminfo)?.[1] ?? 0);
  return {
    pageBytes: field('Hugepagesize') * 1024,
    total: field('HugePages_Total'),
    available: field('HugePages_Free') - field('HugePages_Rsvd'),
  };
}

/** Errors: `too-few-hugepages` (host) with the sysctl that makes them; `bad-combination` (usage) for a part of a page. */
export function requireHugePages(memoryBytes: number, host: HugePages = hugepages()): void {
  if (host.pageBytes === 0) {
    throw hostError('too-few-hugepages', 'hugepages=on, and this host’s kernel has no huge pages', {
      hint: 'leave hugepages out',
    });
  }
  const needed = memoryBytes / host.pageBytes;
  if (!Number.isInteger(needed)) {
    throw usageError(
      'bad-combination',
      `hugepages=on, and the VM’s ${formatBytes(memoryBytes)} are no whole number of huge pages of ${formatBytes(host.pageBytes)}`,
      { hint: `memory=${(Math.ceil(needed) * host.pageBytes) / MIB}M` },
    );
  }
  if (needed <= host.available) return;
  throw hostError(
    'too-few-hugepages',
    `hugepages=on takes ${needed} free huge pages of ${formatBytes(host.pageBytes)}, and this host has ${host.available}`,
    { hint: `sysctl vm.nr_hugepages=${host.total + needed - host.available}` },
  );
}

const KSM_SWITCH = '/sys/kernel/mm/ksm/run';

/** What a person should know who asks for KSM. Errors: `no-ksm` (host). */
export function ksmNote(file = KSM_SWITCH): string | undefined {
  if (!existsSync(file)) {
    throw hostError('no-ksm', 'ksm=on, and this host’s kernel has no KSM', { hint: 'leave ksm out' });
  }
  if (readFileSync(file, 'utf8').trim() === '1') return undefined;
  return `KSM does not run on this host (${file} is not 1): without --run-ksm nothing merges the guest’s RAM`;
}

const THP_SWITCH = '/sys/kernel/mm/transparent_hugepage/enabled';

/** Errors: `no-thp` (host) where the kernel gives out no transparent huge pages (transhuge.rst). */
export function requireTransparentHugePages(file = THP_SWITCH): void {
  if (!existsSync(file)) {
    throw hostError('no-thp', 'thp=on, and this host’s kernel has no transparent huge pages', {
      hint: 'leave thp out',
    });
  }
  if (!readFileSync(file, 'utf8').includes('[never]')) return;
  throw hostError('no-thp', `thp=on, and this host’s transparent huge pages are switched off (${file})`, {
    hint: `echo madvise | sudo tee ${file}`,
  });
}

/**
 * The meters of a VM whose RAM is no plain memfd, so that its figures mean the same as every other VM's. Huge pages are
 * charged to no memory cgroup, yet the host has given all of them away from the start. RAM that is anonymous is told apart
 * by the kernel's marks on its mapping and counted where guest RAM is counted, beside shared memory.
 */
export function metersOf(
  kind: GuestRamKind,
  memoryBytes: number,
  cgroup: Cgroup,
  meters: InstanceMeters,
): InstanceMeters {
  if (kind === 'memfd') return meters;
  const guestRam = async (): Promise<GuestRam> => {
    const smaps = await readFile(`/proc/${vmmPid(cgroup)}/smaps`, 'utf8');
    if (kind === 'mergeable') return parseAnonymousRam(smaps, { flag: 'mg' });
    if (kind === 'thp') return parseAnonymousRam(smaps, { flag: 'hg', bytes: memoryBytes });
    return { translationCacheBytes: 0, ...parseGuestRam(smaps), touchedBytes: memoryBytes };
  };
  return {
    ...meters,
    guestRam,
    async memory() {
      const memory = await meters.memory();
      if (kind === 'hugepages') {
        const { totalBytes, peakBytes, shmemBytes } = memory;
        return {
          ...memory,
          totalBytes: totalBytes + memoryBytes,
          peakBytes: peakBytes === undefined ? undefined : peakBytes + memoryBytes,
          shmemBytes: shmemBytes + memoryBytes,
        };
      }
      const { touchedBytes, mergedBytes = 0 } = await guestRam();
      // A merged page is charged once, to one of those that have it; by PSS each of them bears its share.
      const ramBytes = touchedBytes - mergedBytes;
      return {
        ...memory,
        anonBytes: memory.anonBytes - ramBytes,
        shmemBytes: memory.shmemBytes + ramBytes,
      };
    },
  };
}

function vmmPid(cgroup: Cgroup): number {
  const [pid] = cgroup.folders.flatMap((folder) => processesIn(folder));
  if (pid === undefined) throw new Error('the VMM has ended');
  return pid;
}

/** What tells the mapping of guest RAM from the VMM's other anonymous ones. */
export interface RamMark {
  /** Among its VmFlags (proc(5)): `mg`, KSM may merge it; `hg`, huge pages are welcome. */
  flag: 'mg' | 'hg';
  /** Its size. QEMU asks for huge pages for all that the guest sees as memory, also for its ROMs, and for translated code. */
  bytes?: number;
}

/**
 * From /proc/PID/smaps (proc(5)) of a QEMU whose guest RAM is anonymous. Bytes of resident pages. Errors: `smaps-unreadable`
 * (run), where a size that is needed cannot be read.
 */
export function parseAnonymousRam(smaps: string, mark: RamMark): GuestRam {
  const ram: GuestRam = { touchedBytes: 0, translationCacheBytes: 0 };
  let mergedBytes = 0;
  for (const mapping of mappingsIn(smaps)) {
    const isRam = isGuestRam(mapping, mark);
    const isCode = holdsTranslatedCode(mapping.header);
    if (!isRam && !isCode) continue;
    const residentBytes = sizeIn(mapping, 'Rss');
    if (isCode) ram.translationCacheBytes += residentBytes;
    if (isRam) ram.touchedBytes += residentBytes;
    if (isRam && mark.flag === 'mg') mergedBytes += residentBytes - sizeIn(mapping, 'Pss');
  }
  return mark.flag === 'mg' ? { ...ram, mergedBytes } : ram;
}

/** A mapping's first line, and what follows it by name: `Rss` → the whole line. */
interface Mapping {
  header: string;
  lines: Map<string, string>;
}

function mappingsIn(smaps: string): Mapping[] {
  const mappings: Mapping[] = [];
  for (const line of smaps.split('\n')) {
    if (MAPPING.test(line)) mappings.push({ header: line, lines: new Map() });
    else mappings.at(-1)?.lines.set(line.slice(0, Math.max(0, line.indexOf(':'))), line);
  }
  return mappings;
}

function isGuestRam(mapping: Mapping, { flag, bytes }: RamMark): boolean {
  const flags = mapping.lines.get('VmFlags')?.split(' ') ?? [];
  return flags.includes(flag) && (bytes === undefined || sizeIn(mapping, 'Size') === bytes);
}

function sizeIn({ header, lines }: Mapping, name: 'Size' | 'Rss' | 'Pss'): number {
  const bytes = smapsBytes(lines.get(name) ?? '');
  if (bytes !== undefined) return bytes;
  throw runError('smaps-unreadable', `the VMM’s mapping ${quote(header)} has no ${name} that can be read`);
}
