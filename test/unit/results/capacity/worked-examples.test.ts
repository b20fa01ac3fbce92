import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../../core/units.ts';
import type {
  CapacityPlan,
  CapacityQuestion,
  RuntimePlan,
} from '../../../../results/capacity/capacity-plan.ts';
import { planCapacity } from '../../../../results/capacity/plan-capacity.ts';
import { densityIn, type Density } from '../../../../results/fleet/density.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { densityRecord } from '../../../fixtures/records/density.ts';

/** Changes the series of one runtime of a record. */
function bend(record: RunRecord, runtime: string, change: (density: Density) => void): void {
  for (const sample of record.samples) {
    const density = sample.runtime === runtime ? densityIn(sample.details) : undefined;
    if (density === undefined) continue;
    change(density);
    sample.details = { ...density };
  }
}

/** Lays the charge exactly on a line, MiB. */
const onLine =
  (once: number, each: number) =>
  ({ steps }: Density): void => {
    for (const step of steps) step.totalBytes = (once + each * step.live) * MIB;
  };

/** Gives the VM these parts, MiB of each instance. */
const withParts =
  (parts: Record<string, number>) =>
  ({ steps }: Density): void => {
    for (const step of steps) {
      step.parts = Object.entries(parts).map(([id, mib]) => ({
        id,
        title: id,
        bytes: mib * MIB * step.live,
      }));
    }
  };

function runtimeOf({ runtimes }: Pick<CapacityPlan, 'runtimes'>, id: string): RuntimePlan {
  const found = runtimes.find(({ runtime }) => runtime === id);
  if (found === undefined) throw new Error(`no plan of ${id}`);
  return found;
}

/**
 * An emulated run, 1 to 8 at once: a container at 16 MiB (64 MiB once) and a VM with 512 MiB of RAM at 400 MiB (none
 * once), of which 150 MiB are the translation cache, 120 MiB in use inside, 50 MiB free inside that the host has
 * provided.
 */
function emulatedRun(): RunRecord {
  const record = densityRecord({ scenarios: ['density'] });
  bend(record, 'nspawn', onLine(64, 16));
  bend(record, 'qemu', onLine(0, 400));
  bend(
    record,
    'qemu',
    withParts({
      'memory.manager': 60,
      'memory.translation-cache': 150,
      'memory.guest-slab': 40,
      'memory.guest-page-cache': 50,
      'memory.tmpfs': 1,
      'memory.other-services': 28,
      'memory.agent': 1,
      'memory.free-touched': 50,
      'memory.host-kernel': 20,
    }),
  );
  return record;
}

/** 200 GiB for instances: 204,800 MiB. */
const host: CapacityQuestion = { hostMemoryBytes: 256 * GIB, reserve: { bytes: 56 * GIB } };

describe('an emulated run of a container and a VM, 500 instances wanted', () => {
  const asked = {
    ...host,
    instances: 500,
    spareHosts: 1,
    hostPrice: { amount: 900, before: '', after: ' EUR' },
  };

  it('counts what the guest has free once: of 256 MiB of work 206 MiB are new', () => {
    const plan = planCapacity(emulatedRun(), { ...asked, workloadMemoryBytes: 256 * MIB });
    const [nspawn, qemu] = [runtimeOf(plan, 'nspawn'), runtimeOf(plan, 'qemu')];
    // (204,800 - 64) / (16 + 256) = 752.7 → 752; 500 on 1 host and 1 spare; 2 · 900 / 500 = 3.60.
    expect(nspawn).toMatchObject({
      eachWithWork: { value: 272 * MIB },
      instances: { value: 752, interval: { low: 752, high: 752 } },
      boundBy: { kind: 'memory' },
      hosts: { value: 2 },
      price: { each: { value: 3.6 }, total: { value: 1800 } },
      extrapolated: 500 / 8,
    });
    // 400 + 256 - 50 = 606; 204,800 / 606 = 337.9 → 337; 500 / 337 → 2 hosts and 1 spare; 3 · 900 / 500 = 5.40.
    expect(qemu).toMatchObject({
      guest: { ramBytes: 512 * MIB, usedBytes: 120 * MIB, freeTouchedBytes: 50 * MIB },
      eachWithWork: { value: 606 * MIB },
      instances: { value: 337 },
      hosts: { value: 3 },
      price: { each: { value: 5.4 }, total: { value: 2700 } },
      extrapolated: 337 / 8,
    });
    // Less 150 MiB of cache: 456; 204,800 / 456 = 449.1 → 449; 500 / 449 → 2 hosts and 1 spare.
    expect(qemu.withoutTranslationCache).toMatchObject({
      each: { value: 250 * MIB },
      eachWithWork: { value: 456 * MIB },
      instances: { value: 449 },
      hosts: { value: 3 },
    });
  });

  it('adds nothing for work that the guest has room for in pages that the host has provided', () => {
    const { runtimes } = planCapacity(emulatedRun(), { ...host, workloadMemoryBytes: 50 * MIB });
    // 204,800 / 400 = 512, as idle; (204,800 - 64) / 66 = 3,102.06.
    expect(runtimeOf({ runtimes }, 'qemu').instances?.value).toBe(512);
    expect(runtimeOf({ runtimes }, 'nspawn').instances?.value).toBe(3102);
  });

  it.each([
    // 120 + 392 = 512: all of its RAM, and the host has provided 400 - 50 + 392 = 742 of 60 + 150 + 20 + 512.
    ['fills its RAM', 392, 'work beyond 392 MiB takes a VM with more RAM', 742],
    // 120 + 393 = 513.
    ['goes beyond its RAM', 393, '393 MiB of work take a VM with 513 MiB', 743],
  ])('says where work %s', (_, mib, note, each) => {
    const plan = runtimeOf(planCapacity(emulatedRun(), { ...host, workloadMemoryBytes: mib * MIB }), 'qemu');
    expect(plan.eachWithWork?.value).toBe(each * MIB);
    expect(plan.notes).toContainEqual(expect.stringContaining(note));
  });

  it('plans several workloads where none is named', () => {
    const { question, runtimes, furtherWorkloads = [] } = planCapacity(emulatedRun(), host);
    expect(question.workloadMemoryBytes).toBe(0);
    const rows = [{ workloadMemoryBytes: 0, runtimes }, ...furtherWorkloads].map((row) => [
      row.workloadMemoryBytes / MIB,
      runtimeOf(row, 'nspawn').instances?.value,
      runtimeOf(row, 'qemu').instances?.value,
    ]);
    expect(rows).toEqual([
      [0, 12_796, 512], // 204,736 / 16; 204,800 / 400
      [256, 752, 337], // 204,736 / 272; 204,800 / 606
      [512, 387, 237], // 204,736 / 528 = 387.8; 204,800 / 862 = 237.6
      [1024, 196, 149], // 204,736 / 1,040 = 196.9; 204,800 / 1,374 = 149.05
    ]);
  });

  it('plans no others where one is named, be it 0', () => {
    expect(planCapacity(emulatedRun(), { ...host, workloadMemoryBytes: 0 })).not.toHaveProperty(
      'furtherWorkloads',
    );
  });

  it.each([
    // 400 / 1.1 - 16 = 347.6 > 50 free, so (400 - 50 - 1.1 · 16) / 0.1 = 3,324; less cache (250 - 50 - 17.6) / 0.1 =
    // 1,824.
    [0.1, 3324, 1824],
    // (350 - 1.5 · 16) / 0.5 = 652; (200 - 24) / 0.5 = 352.
    [0.5, 652, 352],
    // Eight times as much, within the free pages: 400 / 8 - 16 = 34; 250 / 8 - 16 = 15.25.
    [7, 34, 15.25],
    // 400 / 26 - 16 < 0: as it idles.
    [25, 0, 0],
  ])('breaks even at a share of %s', (breakEvenShare, withCache, withoutCache) => {
    const { breakEvens } = planCapacity(emulatedRun(), { ...host, breakEvenShare });
    expect(breakEvens).toMatchObject([
      { container: 'nspawn', vm: 'qemu', emulated: true },
      { container: 'nspawn', vm: 'qemu', emulated: true, withoutTranslationCache: true },
    ]);
    const found = breakEvens.map(({ workload }) => workload.value / MIB);
    expect(found[0]).toBeCloseTo(withCache, 6);
    expect(found[1]).toBeCloseTo(withoutCache, 6);
  });

  it('takes at the break-even what the share allows', () => {
    const [breakEven] = planCapacity(emulatedRun(), host).breakEvens;
    const workloadMemoryBytes = breakEven?.workload.value ?? NaN;
    const plan = planCapacity(emulatedRun(), { ...host, workloadMemoryBytes });
    const [container, vm] = ['nspawn', 'qemu'].map((id) => runtimeOf(plan, id).eachWithWork?.value ?? NaN);
    expect((vm ?? NaN) / (container ?? NaN)).toBeCloseTo(1.1, 9);
  });
});

/** A density run of 20 containers at 16 MiB on a host whose limits are those of a small cloud host. */
function runOf20(limits: Density['limits']): RunRecord {
  const record = densityRecord({ scenarios: ['density'], runtimes: ['nspawn'], steps: [1, 5, 10, 15, 20] });
  bend(record, 'nspawn', onLine(64, 16));
  bend(record, 'nspawn', (density) => (density.limits = limits));
  return record;
}

const pidMax = {
  id: 'pids',
  title: 'process ids',
  where: 'kernel.pid_max',
  limit: 32_768,
  perInstance: 6.95,
};
const groupIds = {
  id: 'memory-cgroups',
  title: 'control groups of the memory controller',
  where: 'the 16-bit ids of the kernel',
  limit: 65_535,
  perInstance: 13,
};
const ptys = { id: 'ptys', title: 'pseudo-terminals', where: 'kernel.pty.max', limit: 4096, perInstance: 0 };

describe('a density run of 20 on a host with a low pid_max', () => {
  const nspawnOf = (limits: Density['limits'], question: Partial<CapacityQuestion> = {}): RuntimePlan =>
    runtimeOf(planCapacity(runOf20(limits), { ...host, ...question }), 'nspawn');

  it('names the first limit that binds, and what does once it is raised', () => {
    const plan = nspawnOf([pidMax, ptys]);
    // 32,768 / 6.95 = 4,714.8; by memory 12,796.
    expect(plan.asSet).toEqual({
      instances: { value: 4714 },
      boundBy: { kind: 'limit', name: 'kernel.pid_max' },
    });
    expect(plan).toMatchObject({ instances: { value: 12_796 }, boundBy: { kind: 'memory' } });
    // 12,796 · 6.95 = 88,932.2.
    expect(plan.limits).toMatchObject([{ id: 'pids', needed: 88_933, limit: 32_768 }]);
  });

  it('is bound by what nobody can raise', () => {
    const plan = nspawnOf([pidMax, groupIds]);
    // 65,535 / 13 = 5,041.2.
    expect(plan).toMatchObject({
      asSet: { instances: { value: 4714 }, boundBy: { name: 'kernel.pid_max' } },
      boundBy: { kind: 'limit', name: 'control groups of the memory controller' },
    });
    expect(plan.instances).toEqual({ value: 5041 });
  });

  it('is bound by the most that a limit can be raised to', () => {
    // 41,700 / 6.95 = 6,000.
    const plan = nspawnOf([{ ...pidMax, raisableTo: 41_700 }]);
    expect(plan).toMatchObject({ instances: { value: 6000 }, boundBy: { name: 'kernel.pid_max' } });
  });

  it('is not bound by what instances do without, and says what that is', () => {
    const keys = {
      id: 'keys',
      title: 'kernel keys of root',
      where: 'kernel.keys.root_maxkeys',
      limit: 100,
      perInstance: 10,
    };
    for (const limit of [
      keys,
      { ...keys, where: 'elsewhere', tolerated: 'services start without a keyring' },
    ]) {
      const plan = nspawnOf([limit]);
      expect(plan.asSet).toEqual({ instances: plan.instances, boundBy: { kind: 'memory', name: 'memory' } });
      expect(plan.notes).toContainEqual(
        expect.stringMatching(/^needs .* ≥ 127,960 .*; beyond that, services start/u),
      );
    }
  });

  it('is bound by a cap below all of that, and is as exact as the cap', () => {
    const plan = nspawnOf([pidMax], { maxPerHost: 110, instances: 500 });
    // 500 / 110 = 4.5 → 5 hosts.
    expect(plan).toMatchObject({
      instances: { value: 110, interval: { low: 110, high: 110 } },
      boundBy: { kind: 'cap', name: 'the cap' },
      asSet: { instances: { value: 110 }, boundBy: { kind: 'cap' } },
      hosts: { value: 5, interval: { low: 5, high: 5 } },
      limits: [],
    });
    // 110 on the fullest host, 20 measured.
    expect(plan.extrapolated).toBe(110 / 20);
  });

  it('says how far the line was straight', () => {
    expect(nspawnOf([]).measured).toMatchObject({ mostLive: 20, straightness: { upTo: 20, offShare: 0 } });
    expect(nspawnOf([]).notes).toContain(
      'measured up to 20 instances, and one host is to hold 12,796: extrapolated 640-fold; the line was straight up to 20 ' +
        '(no step lies off it by more than 0 % of what 20 cost) and is assumed to stay so',
    );
  });

  it('says so where it bends', () => {
    const record = runOf20([]);
    // The last step lies 64 MiB above the line through the others: a fifth of 20 · 16 MiB.
    bend(record, 'nspawn', ({ steps }) => {
      const last = steps.at(-1);
      if (last !== undefined) last.totalBytes += 64 * MIB;
    });
    const { measured, notes } = runtimeOf(planCapacity(record, host), 'nspawn');
    expect(measured?.straightness?.upTo).toBeLessThan(20);
    expect(notes).toContainEqual(
      expect.stringMatching(/the line was straight up to \d+ alone, .*: measure as far as you plan/u),
    );
  });
});

it('shares the price of one host among all that it holds where no number is wanted', () => {
  const price = { amount: 256, before: '$', after: '' };
  const { runtimes } = planCapacity(emulatedRun(), { ...host, hostPrice: price, workloadMemoryBytes: 0 });
  // 256 / 512 = 0.50.
  expect(runtimeOf({ runtimes }, 'qemu').price).toEqual({
    each: { value: 0.5, interval: { low: 0.5, high: 0.5 } },
  });
});

it('takes all work for new memory where the record does not tell what is free inside, and says so', () => {
  const record = emulatedRun();
  bend(record, 'qemu', ({ steps }) => {
    for (const step of steps) step.parts = [];
  });
  const plan = runtimeOf(planCapacity(record, { ...host, workloadMemoryBytes: 256 * MIB }), 'qemu');
  expect(plan.eachWithWork?.value).toBe(656 * MIB);
  expect(plan).not.toHaveProperty('withoutTranslationCache');
  expect(plan.notes).toContain(
    'the record does not tell what guest RAM is free: all work is taken for new memory, some of it perhaps twice',
  );
  expect(plan.notes).toContainEqual(expect.stringContaining('the record does not tell how much that is'));
});
