import { existsSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { hostError, usageError } from '../../core/error.ts';
import { formatBytes, MIB } from '../../core/units.ts';
import type { Cgroup } from '../process/cgroup.ts';
import { withGuestRam } from '../parse/cgroup-memory.ts';
import { parseAnonymousRam, parseGuestRam, type GuestRam } from '../parse/guest-ram.ts';
import { parseHugePages, type HugePages } from '../parse/meminfo.ts';
import { processesIn } from '../process/cgroup-tree.ts';
import type { InstanceMeters } from './runtime.ts';

/**
 * What guest RAM is on the host. `memfd`: a mapping of its own, so that it can be told apart from the VMM's own memory.
 * `mergeable`: private anonymous memory, since KSM takes no shared pages (ksm.rst). `hugepages`: a memfd of huge pages.
 * `thp`: private anonymous memory, which the kernel may back by transparent huge pages: QEMU asks it to
 * (MADV_HUGEPAGE), and of a memfd it takes no notice by default.
 */
export type GuestRamKind = 'memfd' | 'mergeable' | 'hugepages' | 'thp';

/** The memory backend (qemu(1), -object), without its id and size. */
export function ramBackend(kind: GuestRamKind): string {
  if (kind === 'mergeable') return 'memory-backend-ram,share=off,merge=on';
  if (kind === 'thp') return 'memory-backend-ram,share=off,merge=off';
  // Of the host's default size, which is the size that /proc/meminfo counts.
  return `memory-backend-memfd,share=on${kind === 'hugepages' ? ',hugetlb=on' : ''}`;
}

function hugepages(): HugePages {
  return parseHugePages(readFileSync('/proc/meminfo', 'utf8'));
}

/**
 * Errors: `too-few-hugepages` (host) with the sysctl that makes them; `bad-combination` (usage) for a part of a page.
 */
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
  return `KSM does not run on this host by itself (${file} is not 1): the guest’s RAM is merged with --run-ksm alone`;
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
 * charged to no memory cgroup, yet the host has given all of them away from the start. RAM that is anonymous is told
 * apart by the kernel's marks on its mapping and counted where guest RAM is counted, beside shared memory.
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
      if (kind === 'hugepages') return withGuestRam(memory, memoryBytes);
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
