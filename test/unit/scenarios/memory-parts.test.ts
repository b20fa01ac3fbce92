import { describe, expect, it } from 'vitest';
import { KIB, MIB } from '../../../core/units.ts';
import type { Circumstances } from '../../../harness/contract/scenario.ts';
import {
  memoryPartMetrics,
  memoryParts,
  sumOfParts,
  UNEXPLAINED,
  type PartReadings,
} from '../../../scenarios/memory-parts.ts';
import { captured } from '../../fixtures/guest/captured.ts';
import { capturedReadings } from '../../fixtures/guest/waterfall.ts';

const HOST_RUNS = new Set(['dbus.service', 'systemd-journald.service']);
const on = (kind: 'container' | 'vm'): Circumstances => ({
  kind,
  memoryBytes: 512 * MIB,
  onHost: (unit) => (HOST_RUNS.has(unit) ? 'running' : 'not-running'),
});

function container(change: (readings: PartReadings) => void = () => undefined): Record<string, number> {
  const readings = capturedReadings('nspawn');
  change(readings);
  return memoryParts(readings, on('container'));
}

function vm(change: (readings: PartReadings) => void = () => undefined): Record<string, number> {
  const readings = capturedReadings('qemu');
  change(readings);
  return memoryParts(readings, on('vm'));
}

function mergeByKsm({ memory }: PartReadings): void {
  if (memory.guestRam !== undefined) memory.guestRam = { ...memory.guestRam, mergedBytes: 40 * MIB };
}

describe('a container, by hand from the captured files', () => {
  it('has these parts', () => {
    expect(container()).toEqual({
      // Pss_Anon of systemd-nspawn, as the host sees it
      'memory.manager': 920 * KIB,
      // total_cache without total_shmem, and total_shmem
      'memory.page-cache': 35_909_632 - 40_960,
      'memory.tmpfs': 40_960,
      // Pss_Anon of journald and D-Bus; of PID 1, logind and agetty; of the agent
      'memory.duplicated-services': (1116 + 468) * KIB,
      'memory.other-services': (2680 + 1120 + 244) * KIB,
      'memory.agent': 136 * KIB,
      'memory.host-kernel': 3_624_960,
      'memory.swapped': 0,
      // memory.usage_in_bytes less total_cache, total_rss and the kernel's
      'memory.charged-ahead': 46_501_888 - 35_909_632 - 6_815_744 - 3_624_960,
    });
  });

  it('leaves 7 pages: by so much the processes have more than the group’s anonymous memory', () => {
    expect(46_501_888 - sumOfParts(container())).toBe(6_815_744 - 6684 * KIB);
    expect(6_815_744 - 6684 * KIB).toBe(-7 * 4 * KIB);
  });

  it('whose processes may not all be looked into from inside: the host sees them', () => {
    const parts = container(({ inside }) => {
      inside.processes = inside.processes.filter(({ unit }) => unit !== 'dbus.service');
    });
    expect(parts).toEqual(container());
  });

  it('whose units the host’s control groups do not show: the guest knows them', () => {
    const parts = container(({ memory }) => {
      for (const process of memory.processes) process.unit = undefined;
    });
    // Read a moment later, when the agent had begun to answer.
    expect(parts).toEqual({ ...container(), 'memory.agent': 140 * KIB });
  });

  it('on a host whose kernel does not count its own memory: neither that nor what is charged ahead', () => {
    const parts = container(({ memory: { cgroup } }) => (cgroup.kernelBytes = undefined));
    expect(Object.keys(container()).filter((id) => !(id in parts))).toEqual([
      'memory.host-kernel',
      'memory.charged-ahead',
    ]);
  });

  it('whose kinds make more than its charge, since they are counted later: nothing is charged ahead', () => {
    const parts = container(({ memory: { cgroup } }) => (cgroup.totalBytes -= MIB));
    expect(parts['memory.charged-ahead']).toBe(0);
  });
});

describe('a VM, by hand from the captured files', () => {
  // (0x1ca72a7f − 0x1c800000 + 1) and (0x1d7fffff − 0x1d2dc000 + 1) of /proc/iomem are data and bss.
  const imageBytes = (16_384 + 11_012 + 5264) * KIB + 2_566_784;

  it('has these parts', () => {
    expect(vm()).toEqual({
      // total_rss less the 16 mappings that are rwxp in smaps
      'memory.manager': 338_702_336 - (15 * 16_380 + 14_336) * KIB,
      'memory.translation-cache': (15 * 16_380 + 14_336) * KIB,
      'memory.guest-kernel-image': imageBytes,
      'memory.guest-struct-pages': 8 * MIB,
      'memory.guest-slab': 19_484 * KIB,
      'memory.guest-page-tables': 1472 * KIB,
      // 512 MiB less MemTotal, the image and struct pages; VmallocUsed, Percpu
      'memory.guest-kernel-other': 512 * MIB - 474_564 * KIB - imageBytes - 8 * MIB + (9424 + 672) * KIB,
      // Cached, Buffers, without Shmem
      'memory.guest-page-cache': (25_376 + 2732 - 300) * KIB,
      'memory.page-cache': 268_963_840 - 201_453_568,
      'memory.tmpfs': 300 * KIB,
      'memory.duplicated-services': (1144 + 476) * KIB,
      'memory.other-services': (10_213 - 1144 - 476) * KIB,
      'memory.agent': 160 * KIB,
      // What is resident of the memfd, of which the guest uses 512 MiB less MemFree and 1244 + 896 free pages of its
      // CPUs
      'memory.free-touched': 196_732 * KIB - (512 * MIB - 392_344 * KIB - (1244 + 896) * 4 * KIB),
      'memory.host-kernel': 2_441_216,
      'memory.swapped': 0,
      'memory.charged-ahead': 610_222_080 - 338_702_336 - 268_963_840 - 2_441_216,
    });
  });

  it('leaves 0.7 % of the total: pages that the guest’s kernel hands out and counts nowhere', () => {
    expect((610_222_080 - sumOfParts(vm())) / 610_222_080).toBeCloseTo(0.007, 3);
  });

  it('whose guest RAM is charged where the VMM has no page of it: the charge counts', () => {
    const parts = vm(({ memory: { cgroup } }) => (cgroup.shmemBytes += 3 * MIB));
    expect(parts['memory.free-touched']).toBe((vm()['memory.free-touched'] ?? NaN) + 3 * MIB);
  });

  it('whose pages KSM has merged: by so much its parts count more than is charged', () => {
    expect(vm(mergeByKsm)).toEqual({ ...vm(), 'memory.merged': -40 * MIB });
  });

  it('whose kernel names no image: it stays in the rest of the kernel', () => {
    const parts = vm(({ inside }) => (inside.kernel = undefined));
    expect(parts).not.toHaveProperty(['memory.guest-kernel-image']);
    expect(parts['memory.guest-kernel-other']).toBe((vm()['memory.guest-kernel-other'] ?? NaN) + imageBytes);
  });

  it('whose guest uses more than the host had to provide: the rest of the kernel is the first to cost nothing', () => {
    const other = vm()['memory.guest-kernel-other'] ?? NaN;
    const used = 512 * MIB - 392_344 * KIB - 2140 * 4 * KIB;
    const parts = vm(({ memory: { cgroup, guestRam } }) => {
      cgroup.shmemBytes = used - other - MIB;
      if (guestRam !== undefined) guestRam.touchedBytes = cgroup.shmemBytes;
    });
    expect(parts).toMatchObject({
      'memory.guest-kernel-other': 0,
      'memory.guest-kernel-image': imageBytes - MIB,
      'memory.guest-struct-pages': 8 * MIB,
      'memory.free-touched': 0,
    });
  });

  it('that claims an image larger than what is outside its MemTotal: no more than that', () => {
    const parts = vm(({ inside }) => (inside.kernel = { imageBytes: 2 ** 47, freeListBytes: 0 }));
    expect(parts['memory.guest-kernel-image']).toBe(512 * MIB - 474_564 * KIB - 8 * MIB);
    expect(parts['memory.guest-kernel-other']).toBe((9424 + 672) * KIB);
  });
});

describe('what others say of the same boots', () => {
  it('smem(8): PSS of the VMM and of the container’s processes', () => {
    const ofSmem = (source: 'waterfall-nspawn' | 'waterfall-qemu'): number =>
      [...captured(source, 'smem.txt').matchAll(/^ *\d+ +([\d.]+)([KM]) /gm)].reduce(
        (sum, [, size, unit]) => sum + Number(size) * (unit === 'M' ? MIB : KIB),
        0,
      );
    const ofParts = (source: 'nspawn' | 'qemu'): number =>
      capturedReadings(source).memory.processes.reduce((sum, { pssBytes }) => sum + pssBytes, 0);
    expect(ofParts('nspawn') / ofSmem('waterfall-nspawn')).toBeCloseTo(1, 1);
    expect(ofParts('qemu') / ofSmem('waterfall-qemu')).toBeCloseTo(1, 3);
  });

  it('the guest’s kernel: pages of struct pages (vmstat), and the size of its image (its log)', () => {
    const [, pages] = /^nr_memmap_boot_pages (\d+)$/m.exec(captured('waterfall-qemu', 'vmstat.txt')) ?? [];
    expect(vm()['memory.guest-struct-pages']).toBe(Number(pages) * 4 * KIB);
    const log = captured('waterfall-qemu', 'kernel-log.txt');
    const kib = (what: string): number => Number(new RegExp(`(\\d+)K ${what}`).exec(log)?.[1]);
    const image = kib('kernel code') + kib('rwdata') + kib('rodata') + kib('bss');
    expect((vm()['memory.guest-kernel-image'] ?? NaN) / KIB - image).toBeCloseTo(0.6, 1);
  });

  it('the host: what QEMU’s control group has of anonymous memory, its process has', () => {
    const [vmm] = capturedReadings('qemu').memory.processes;
    const { 'memory.manager': manager = NaN, 'memory.translation-cache': cache = NaN } = vm();
    expect(manager + cache).toBe(vmm?.pssAnonBytes);
  });
});

function belowHypervisor({ memory }: PartReadings): void {
  memory.cgroup = {
    ...memory.cgroup,
    totalBytes: memory.cgroup.totalBytes + 5 * MIB,
    hypervisorBytes: 5 * MIB,
  };
}

describe('a guest of a hypervisor below the host', () => {
  it('has what that keeps beside the guest’s RAM as a part, and the rest as it was', () => {
    expect(vm(belowHypervisor)).toEqual({ ...vm(), 'memory.hypervisor': 5 * MIB });
  });
});

describe('the list of parts', () => {
  it('has all that is computed, each once, and the unexplained last', () => {
    const ids = memoryPartMetrics.map(({ id }) => id);
    const computed = [vm(mergeByKsm), vm(belowHypervisor), container()].flatMap((parts) =>
      Object.keys(parts),
    );
    expect(new Set([...computed, UNEXPLAINED])).toEqual(new Set(ids));
    expect(ids).toHaveLength(new Set(ids).size);
    expect(ids.at(-1)).toBe(UNEXPLAINED);
  });

  it('can be summed over instances: two of one kind make twice each part', () => {
    const [one, two] = [vm(), vm(({ memory: { cgroup } }) => (cgroup.totalBytes += MIB))];
    const sum = Object.entries(one).map(([id, bytes]) => [id, bytes + (two[id] ?? 0)]);
    expect(Object.fromEntries(sum)).toMatchObject({
      'memory.guest-slab': 2 * 19_484 * KIB,
      'memory.charged-ahead': 2 * (one['memory.charged-ahead'] ?? NaN) + MIB,
    });
  });
});
