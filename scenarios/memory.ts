import { createMeasured, defineScenario, eachOf, metric } from '../harness/contract/scenario.ts';
import {
  chargedElsewhereBytes,
  guestPageCacheBytes,
  lackingField,
  memoryPartMetrics,
  memoryParts,
  sumOfParts,
  UNEXPLAINED,
} from './memory-parts.ts';

const NOT_HERE = 'does not exist on this side';

export const memory = defineScenario({
  id: 'memory',
  title: 'Memory',
  question: 'What does the host spend so that this instance exists, and on what?',
  needs: ['timing', 'memory', 'inside'],
  madeOf: {
    ...eachOf(['memory.total', 'memory.pss', 'memory.host-delta', 'memory.charged-elsewhere'], ['memory']),
    'memory.peak': ['timing'],
    ...eachOf([...memoryPartMetrics.map(({ id }) => id), 'memory.double-cached'], ['memory', 'inside']),
  },
  metrics: [
    metric(
      'memory.total',
      'bytes',
      'headline',
      'Memory, settled',
      'The charge of the cgroup that holds the whole boundary (manager and container, or VMM with its guest) once it has settled, and what of it was swapped out.',
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
    ...memoryPartMetrics,
    metric(
      'memory.double-cached',
      'bytes',
      'detail',
      'Cached twice',
      "How much of the guest's page cache the host has in its own page cache as well, at most: the lesser of `memory.guest-page-cache` and of what the host caches of the files of the VM's disk (fincore(1)), whoever was charged for it. VMs only.",
    ),
    metric(
      'memory.charged-elsewhere',
      'bytes',
      'detail',
      'Mapped, charged elsewhere',
      'By how much the file pages that the processes of the boundary have mapped (Pss_File of smaps_rollup) exceed the file pages that their cgroup is charged for, at least: pages that somebody else read first and pays for, such as the kernel and initrd of a VM, which QEMU keeps mapped, and programs that the host runs too. All instances share them once. It is why `memory.pss` can exceed `memory.total`.',
      'none',
    ),
  ],

  measure({ timing, memory: reading, inside }, circumstances) {
    const measured = createMeasured();
    const { put, details } = measured;
    const isVm = circumstances.kind === 'vm';
    const uncharged = reading?.chargeMissing;
    const cgroup = reading?.cgroup;
    put('memory.total', cgroup?.totalBytes, uncharged ?? '');
    put('memory.peak', timing?.peakBytes, whyNoPeak(uncharged));
    const unlisted = reading?.processesMissing;
    const processes = reading?.processes;
    put('memory.pss', processes && pssOf(processes), unlisted ?? '');
    put('memory.host-delta', reading?.hostDeltaBytes, '');

    const charged = reading && cgroup && processes ? { ...reading, cgroup, processes } : undefined;
    const lacking = isVm && inside ? lackingField(inside.meminfo) : undefined;
    const isWhole = charged !== undefined && inside !== undefined && lacking === undefined;
    const parts = isWhole ? memoryParts({ memory: charged, inside }, circumstances) : undefined;
    if (parts !== undefined && cgroup !== undefined)
      parts[UNEXPLAINED] = cgroup.totalBytes - sumOfParts(parts);
    const uncounted = uncharged ?? unlisted;
    for (const { id } of memoryPartMetrics) put(id, parts?.[id], uncounted ?? lacking ?? NOT_HERE);
    put('memory.charged-elsewhere', charged && chargedElsewhereBytes([charged]), uncounted ?? '');

    const diskCachedBytes = reading?.diskCachedBytes;
    put(
      'memory.double-cached',
      inside === undefined || lacking !== undefined || diskCachedBytes === undefined
        ? undefined
        : Math.min(guestPageCacheBytes(inside), diskCachedBytes),
      isVm ? (lacking ?? 'fincore(1) could not be asked (Debian: util-linux-extra)') : NOT_HERE,
    );

    details.settled = reading?.settled;
    details.settledAfterMs = reading?.settledAfterMs;
    details.insideMemAvailableBytes = inside?.meminfo.get('MemAvailable');
    return measured;
  },
});

function pssOf(processes: readonly { pssBytes: number }[]): number {
  return processes.reduce((total, { pssBytes }) => total + pssBytes, 0);
}

function whyNoPeak(reason: string | undefined): string {
  return reason ?? 'this kernel does not keep the peak of a cgroup (memory.peak: Linux 5.19)';
}
