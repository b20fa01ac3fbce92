import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../core/units.ts';
import type { ChargedReading } from '../../../harness/contract/artifacts.ts';
import type { RuntimeKind } from '../../../results/record.ts';
import { measureScenario, type Circumstances, type Measured } from '../../../harness/contract/scenario.ts';
import { memory } from '../../../scenarios/memory.ts';
import {
  capturedArtifacts,
  capturedWithout,
  notRead,
  type CapturedArtifacts,
} from '../../fixtures/guest/artifacts.ts';

const PARTS = memory.metrics.filter(({ role }) => role === 'part').map(({ id }) => id);
const HOST_RUNS = new Set(['dbus.service', 'systemd-journald.service']);

function measure(
  kind: RuntimeKind,
  change: (artifacts: CapturedArtifacts) => void = () => undefined,
): Measured {
  const artifacts = capturedArtifacts(kind === 'vm' ? 'qemu' : 'nspawn');
  change(artifacts);
  const onHost: Circumstances['onHost'] = (unit) => (HOST_RUNS.has(unit) ? 'running' : 'not-running');
  return memory.measure(artifacts, { kind, memoryBytes: 512 * MIB, onHost }, notRead);
}

/** The host has had to provide this much guest RAM. */
function provide({ cgroup, guestRam }: ChargedReading, bytes: number): void {
  cgroup.shmemBytes = bytes;
  if (guestRam !== undefined) guestRam.touchedBytes = bytes;
}

function sumOfParts({ values }: Measured): number {
  return PARTS.reduce((sum, id) => sum + (values[id] ?? 0), 0);
}

describe('what the boundary has mapped and is not charged for', () => {
  const ofFilePages = (mappedBytes: number, chargedBytes: number): Measured =>
    measure('vm', ({ memory: { cgroup, processes } }) => {
      for (const process of processes) process.pssFileBytes = 0;
      const [vmm] = processes;
      if (vmm !== undefined) vmm.pssFileBytes = mappedBytes;
      cgroup.fileBytes = chargedBytes;
    });

  it('is what its mapped file pages exceed those of its charge by', () => {
    expect(ofFilePages(112 * MIB, 7 * MIB).values['memory.charged-elsewhere']).toBe(105 * MIB);
  });

  it('is none where it is charged for more than it has mapped', () => {
    expect(ofFilePages(7 * MIB, 112 * MIB).values['memory.charged-elsewhere']).toBe(0);
  });
});

describe('the waterfall', () => {
  it.each<RuntimeKind>(['container', 'vm'])('of a captured %s adds up to the total, to the byte', (kind) => {
    const measured = measure(kind);
    expect(sumOfParts(measured)).toBe(measured.values['memory.total']);
  });

  it('of a container, part for part from the captured files', () => {
    const { values, missing } = measure('container');
    expect(Object.fromEntries(PARTS.flatMap((id) => (id in values ? [[id, values[id]]] : [])))).toEqual({
      // smaps_rollup of systemd-nspawn: Pss_Anon
      'memory.manager': 920 * KIB,
      // memory.stat: total_cache without total_shmem, and total_shmem
      'memory.page-cache': 37_117_952 - 40_960,
      'memory.tmpfs': 40_960,
      // Pss_Anon of journald and D-Bus; of everything else but the agent; of the agent
      'memory.duplicated-services': (1116 + 460) * KIB,
      'memory.other-services': (5760 - 1116 - 460 - 140) * KIB,
      'memory.agent': 140 * KIB,
      'memory.host-kernel': 4_313_088,
      'memory.swapped': 0,
      // usage less total_cache, total_rss and kmem
      'memory.charged-ahead': 364_544,
      // total_rss less all Pss_Anon
      'memory.unexplained': 7_368_704 - (920 + 5760) * KIB,
    });
    expect(Object.keys(missing)).toEqual([
      'memory.translation-cache',
      'memory.guest-kernel-image',
      'memory.guest-struct-pages',
      'memory.guest-slab',
      'memory.guest-page-tables',
      'memory.guest-kernel-other',
      'memory.guest-page-cache',
      'memory.free-touched',
      'memory.merged',
      'memory.hypervisor',
      'memory.double-cached',
    ]);
    expect(new Set(Object.values(missing))).toEqual(new Set(['does not exist on this side']));
  });

  it('of a VM, part for part from the captured files', () => {
    const { values, missing } = measure('vm', ({ memory: reading }) => (reading.diskCachedBytes = 10 * MIB));
    // This boot's kernel was not asked for its image.
    expect(missing).toEqual({
      'memory.guest-kernel-image': 'does not exist on this side',
      'memory.merged': 'does not exist on this side',
      'memory.hypervisor': 'does not exist on this side',
    });
    expect(values).toMatchObject({
      // total_rss less the mappings that are rwxp in smaps
      'memory.manager': 347_631_616 - 262_080 * KIB,
      'memory.translation-cache': 262_080 * KIB,
      'memory.guest-struct-pages': 8 * MIB,
      'memory.guest-slab': 18_036 * KIB,
      'memory.guest-page-tables': 1532 * KIB,
      // 512 MiB less MemTotal and struct pages; Percpu, VmallocUsed
      'memory.guest-kernel-other': 512 * MIB - 474_564 * KIB - 8 * MIB + (672 + 7784) * KIB,
      'memory.guest-page-cache': (24_244 + 2724 - 276) * KIB,
      'memory.page-cache': 217_001_984 - 208_875_520,
      'memory.tmpfs': 276 * KIB,
      // 203980 KiB resident, of which 512 MiB less MemFree in use
      'memory.free-touched': 203_980 * KIB - (512 * MIB - 398_392 * KIB),
      'memory.host-kernel': 2_433_024,
      'memory.charged-ahead': 567_267_328 - 347_631_616 - 217_001_984 - 2_433_024,
      'memory.unexplained': 11_216_896,
      // Of 26 MiB that the guest caches
      'memory.double-cached': 10 * MIB,
    });
  });

  it('of a VM: what nobody can explain is a fiftieth of the total', () => {
    const { values } = measure('vm');
    expect((values['memory.unexplained'] ?? NaN) / (values['memory.total'] ?? NaN)).toBeCloseTo(0.02, 3);
  });

  it('of a VM whose guest uses more than the host had to provide: nothing is touched and free', () => {
    const measured = measure('vm', ({ memory: reading }) => {
      provide(reading, 10 * MIB);
    });
    expect(measured.values['memory.free-touched']).toBe(0);
    expect(sumOfParts(measured)).toBe(measured.values['memory.total']);
  });

  it('of a VM whose kernel was never provided in whole: that share of it costs nothing', () => {
    const used = 512 * MIB - 398_392 * KIB;
    const whole = measure('vm').values['memory.guest-kernel-other'] ?? NaN;
    const measured = measure('vm', ({ memory: reading }) => provide(reading, used - 5 * MIB));
    expect(measured.values['memory.guest-kernel-other']).toBe(whole - 5 * MIB);
    expect(sumOfParts(measured)).toBe(measured.values['memory.total']);
  });

  it('of a VM without a mapping of its own for guest RAM: its shared memory stands for it', () => {
    const measured = measure('vm', ({ memory: reading }) => (reading.guestRam = undefined));
    expect(measured.values).toMatchObject({ 'memory.manager': 347_631_616 });
    expect(measured.missing).toHaveProperty(['memory.translation-cache']);
    expect(sumOfParts(measured)).toBe(measured.values['memory.total']);
  });

  it('where the host does not count the kernel’s memory: that part is missing, the rest is unexplained', () => {
    const measured = measure('container', ({ memory: { cgroup } }) => (cgroup.kernelBytes = undefined));
    expect(measured.missing).toHaveProperty(['memory.host-kernel']);
    expect(measured.missing).toHaveProperty(['memory.charged-ahead']);
    expect(measured.values['memory.unexplained']).toBe(528_384 + 364_544 + 4_313_088);
    expect(sumOfParts(measured)).toBe(measured.values['memory.total']);
  });

  it('of a VM that does not say all of its memory: no parts, and the field by name', () => {
    const { values, missing } = measure('vm', ({ inside }) => inside.meminfo.delete('Slab'));
    expect(values).toHaveProperty(['memory.total']);
    expect(missing).toMatchObject({
      'memory.guest-slab': "the guest's /proc/meminfo does not have Slab",
      'memory.unexplained': "the guest's /proc/meminfo does not have Slab",
    });
  });

  it('without the processes of the boundary: the charge stays, what is made of them is missing', () => {
    const { values, missing } = measure('container', ({ memory: reading }) => {
      Object.assign(reading, { processes: undefined, processesMissing: 'smaps_rollup: EACCES' });
    });
    expect(values).toHaveProperty(['memory.total']);
    expect(missing).toMatchObject({
      'memory.pss': 'smaps_rollup: EACCES',
      'memory.manager': 'smaps_rollup: EACCES',
    });
  });

  it('adds up whatever a guest says of itself', () => {
    const measured = measure('vm', ({ inside }) => {
      inside.meminfo = new Map([...inside.meminfo.keys()].map((field) => [field, 2 ** 60]));
      inside.processes = inside.processes.map((process) => ({ ...process, pssAnonBytes: 2 ** 40 }));
    });
    expect(sumOfParts(measured)).toBe(measured.values['memory.total']);
  });
});

describe('the whole', () => {
  it('is the cgroup’s charge, its peak until ready, the processes’ PSS, and what the host lost', () => {
    expect(measure('container').values).toMatchObject({
      'memory.total': 49_164_288,
      'memory.peak': 51_568_640,
      'memory.pss': 5858 * KIB,
      'memory.host-delta': 60_000_000,
    });
  });

  it('without a peak says which kernel has one', () => {
    const { missing } = measure('vm', ({ timing }) => (timing.peakBytes = undefined));
    expect(missing).toMatchObject({
      'memory.peak': 'this kernel does not keep the peak of a cgroup (memory.peak: Linux 5.19)',
    });
  });

  it('without a word of the disk’s files says who gives it', () => {
    expect(measure('vm').missing).toMatchObject({
      'memory.double-cached': 'fincore(1) could not be asked (Debian: util-linux-extra)',
    });
  });

  it('has what the settling took, and the guest’s own view, beside it', () => {
    expect(measure('vm').details).toEqual({
      settled: true,
      settledAfterMs: 1500,
      insideMemAvailableBytes: 418_112 * KIB,
    });
  });
});

describe('what could not be read costs what is made of it', () => {
  const circumstances: Circumstances = { kind: 'container', memoryBytes: 1, onHost: () => 'unknown' };

  it('no memory controller: the PSS and the host’s own view stay, and the reason is told', () => {
    const artifacts = capturedArtifacts('nspawn');
    const uncharged = { ...artifacts.memory, cgroup: undefined, chargeMissing: 'no controller (do this)' };
    const { values, missing } = memory.measure({ ...artifacts, memory: uncharged }, circumstances, notRead);
    expect(Object.keys(values)).toEqual(['memory.peak', 'memory.pss', 'memory.host-delta']);
    expect(missing).toMatchObject({
      'memory.total': 'no controller (do this)',
      'memory.page-cache': 'no controller (do this)',
      'memory.charged-elsewhere': 'no controller (do this)',
    });
  });

  it('nothing from inside: the total stays, and no part of it is told', () => {
    const rest = capturedWithout('nspawn', 'inside');
    const { values, missing } = measureScenario(memory, rest, circumstances, notRead);
    expect(values['memory.total']).toBe(measure('container').values['memory.total']);
    expect(missing['memory.unexplained']).toBe('inside was not read');
  });
});
