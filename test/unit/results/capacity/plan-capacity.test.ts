import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../../core/units.ts';
import { densityIn, type Density } from '../../../../results/fleet/density.ts';
import type { CapacityQuestion, RuntimePlan } from '../../../../results/capacity/capacity-plan.ts';
import { planSizes } from '../../../../results/capacity/host-sizes.ts';
import { planCapacity } from '../../../../results/capacity/plan-capacity.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { densityRecord, type DensityOptions } from '../../../fixtures/records/density.ts';

const host: CapacityQuestion = { hostMemoryBytes: 256 * GIB };

/** The plan of one runtime of the fixture's record, which `bend` changes before. */
function planOf(
  runtime: 'nspawn' | 'qemu',
  question: Partial<CapacityQuestion> = {},
  bend: (density: Density) => void = () => undefined,
  options: DensityOptions = {},
): RuntimePlan {
  const record = densityRecord({ scenarios: ['density'], ...options });
  bendDensity(record, runtime, bend);
  const found = planCapacity(record, { ...host, ...question }).runtimes.find(
    (plan) => plan.runtime === runtime,
  );
  if (found === undefined) throw new Error(`no plan of ${runtime}`);
  return found;
}

function bendDensity(record: RunRecord, runtime: string, bend: (density: Density) => void): void {
  for (const sample of record.samples) {
    const density = sample.runtime === runtime ? densityIn(sample.details) : undefined;
    if (density === undefined) continue;
    bend(density);
    sample.details = { ...density };
  }
}

/** Lays the charge exactly on a line. */
const onLine =
  (once: number, each: number) =>
  ({ steps }: Density): void => {
    for (const step of steps) step.totalBytes = once + each * step.live;
  };

describe('instances per host', () => {
  it('is what the memory less the reserve pays for', () => {
    const plan = planOf('nspawn', { reserve: { bytes: 56 * GIB } }, onLine(64 * MIB, 16 * MIB));
    // 200 GiB = 204,800 MiB; less 64 MiB and by 16 MiB each: 12,796.
    expect(plan).toMatchObject({
      fixedBytes: 64 * MIB,
      each: { value: 16 * MIB, interval: { low: 16 * MIB, high: 16 * MIB } },
      instances: { value: 12_796, interval: { low: 12_796, high: 12_796 } },
      boundBy: { kind: 'memory', name: 'memory' },
      extrapolated: 12_796 / 8,
    });
  });

  it('gets fewer with a workload', () => {
    const plan = planOf(
      'nspawn',
      { reserve: { bytes: 56 * GIB }, workloadMemoryBytes: 84 * MIB },
      onLine(64 * MIB, 16 * MIB),
    );
    expect(plan.instances?.value).toBe(2047);
  });

  it.each([
    ['a tenth of a large host', 256 * GIB, undefined, 0.1 * 256 * GIB],
    ['1 GiB of a small host', 4 * GIB, undefined, GIB],
    ['the share that is named', 4 * GIB, { share: 0.05 }, 0.05 * 4 * GIB],
    ['the size that is named', 4 * GIB, { bytes: 5 * MIB }, 5 * MIB],
  ])('keeps a reserve of %s', (_, hostMemoryBytes, reserve, expected) => {
    const { question } = planCapacity(densityRecord(), {
      hostMemoryBytes,
      ...(reserve === undefined ? {} : { reserve }),
    });
    expect(question.reserveBytes).toBe(Math.round(expected));
  });

  it('ranges over what the interval of the slope leaves open', () => {
    const { each, instances } = planOf('qemu', {}, () => undefined, { noise: 0.2 });
    const budget = 0.9 * 256 * GIB;
    expect(instances?.interval?.low).toBeCloseTo(budget / (each?.interval?.high ?? NaN), -1);
    expect(instances?.interval?.high).toBeCloseTo(budget / (each?.interval?.low ?? NaN), -1);
    expect(instances?.interval?.low).toBeLessThan(instances?.value ?? NaN);
    expect(instances?.interval?.high).toBeGreaterThan(instances?.value ?? NaN);
  });

  it('takes the fall of MemAvailable where that is asked for', () => {
    expect(planOf('nspawn', { basis: 'host-delta' }).each?.value).toBeGreaterThan(18 * MIB);
    expect(planOf('nspawn', { basis: 'charge' }).each?.value).toBeLessThan(17 * MIB);
  });

  it('rests on the steps of all series, and not on warm-ups, failures or steps without a living instance', () => {
    const record = densityRecord({ scenarios: ['density'], series: 3, steps: [1, 2, 4] });
    const [warmup, failed] = record.samples.filter(({ runtime }) => runtime === 'nspawn');
    if (warmup !== undefined) warmup.phase = 'warmup';
    if (failed !== undefined) failed.outcome = 'failed';
    const [nspawn, qemu] = planCapacity(record, host).runtimes;
    expect(nspawn?.measured).toMatchObject({ series: 1, steps: 3, mostLive: 4 });
    expect(qemu?.measured).toMatchObject({ series: 3, steps: 9, mostLive: 4 });

    const dead = planOf('nspawn', {}, ({ steps }) => {
      const [first] = steps;
      if (first !== undefined) Object.assign(first, { live: 0, totalBytes: 0 });
    });
    expect(dead.measured?.steps).toBe(5);
  });

  it('has an interval from pooled series of which none has one alone', () => {
    expect(planOf('nspawn', {}, undefined, { steps: [1, 2, 4] }).instances).not.toHaveProperty('interval');
    expect(planOf('nspawn', {}, undefined, { steps: [1, 2, 4], series: 3 }).instances).toHaveProperty(
      'interval',
    );
  });
});

describe('CPUs', () => {
  it('bind where idling alone takes them all', () => {
    // About 20 ms a second each: four CPUs have 4,000.
    const plan = planOf('qemu', { hostCpus: 4 });
    expect(plan).toMatchObject({
      boundBy: { kind: 'cpu' },
      byMemory: { interval: expect.anything() as unknown },
    });
    expect(plan.instances).toEqual({ value: plan.byCpu?.instances });
    expect(plan.instances?.value).toBe(Math.floor(4000 / (plan.byCpu?.idleMsPerS ?? NaN)));
    expect(plan.notes).toContainEqual(expect.stringContaining('idling alone takes all 4 CPUs'));
  });

  /** The plan of the VM, of which one is given this idle CPU. */
  const withIdle = (idleMsPerS: number, hostCpus: number): RuntimePlan | undefined => {
    const record = densityRecord({ scenarios: ['density'] });
    for (const { values } of record.samples)
      for (const value of values) if (value.metric === 'density.idle-cpu') value.value = idleMsPerS;
    return planCapacity(record, { ...host, hostCpus }).runtimes.find(({ runtime }) => runtime === 'qemu');
  };

  it('do not where memory ends first', () => {
    expect(withIdle(20, 64)).toMatchObject({
      boundBy: { kind: 'memory' },
      byCpu: { instances: 3200, idleMsPerS: 20 },
    });
  });

  it('cut off the upper end of what memory holds', () => {
    const { value = NaN, interval } = planOf('qemu').byMemory ?? {};
    expect(interval?.high).toBeGreaterThan(value + 1);
    expect(withIdle(1, (value + 1) / 1000)?.instances).toEqual({
      value,
      interval: { low: interval?.low, high: value + 1 },
    });
  });

  it('are not looked at where idle CPU was not read, and that is said', () => {
    const record = densityRecord({ scenarios: ['density'] });
    for (const sample of record.samples)
      sample.values = sample.values.filter(({ metric }) => metric !== 'density.idle-cpu');
    const [plan] = planCapacity(record, { ...host, hostCpus: 1 }).runtimes;
    expect(plan).toMatchObject({ boundBy: { kind: 'memory' } });
    expect(plan?.notes).toContain('idle CPU was not measured, or as 0: CPUs are not looked at');
  });
});

describe('hosts', () => {
  it('are as many as hold all instances, the most with the fewest on each', () => {
    const plan = planOf('qemu', { instances: 10_000 });
    const { value, interval } = plan.instances ?? { value: NaN };
    expect(plan.hosts).toEqual({
      value: Math.ceil(10_000 / value),
      interval: {
        low: Math.ceil(10_000 / (interval?.high ?? NaN)),
        high: Math.ceil(10_000 / (interval?.low ?? NaN)),
      },
    });
  });

  it('are one for a single instance', () => {
    expect(planOf('nspawn', { instances: 1 }).hosts).toEqual({ value: 1, interval: { low: 1, high: 1 } });
  });

  it('cannot be told where not one instance fits', () => {
    const plan = planOf('qemu', { instances: 5, hostMemoryBytes: 300 * MIB, reserve: { share: 0 } });
    expect(plan).not.toHaveProperty('hosts');
    expect(plan.notes).toContain('not one instance fits');
  });
});

describe('a container against a VM', () => {
  const ratiosOf = (question: Partial<CapacityQuestion>, options: DensityOptions = {}) =>
    planCapacity(densityRecord({ scenarios: ['density'], ...options }), { ...host, ...question }).ratios;

  it('is a factor with an interval, marked where the VM was emulated', () => {
    const [ratio, lessCache, ...others] = ratiosOf({});
    expect(others).toEqual([]);
    expect(lessCache).toMatchObject({ container: 'nspawn', vm: 'qemu', withoutTranslationCache: true });
    // (331 - 96) / 16.0
    expect(lessCache?.found?.ratio).toBeCloseTo(14.7, 0);
    expect(ratiosOf({}, { emulated: false })).toHaveLength(1);
    expect(ratio).toMatchObject({ container: 'nspawn', vm: 'qemu', emulated: true });
    expect(ratio?.found?.ratio).toBeCloseTo(20.7, 0);
    expect(ratio?.found?.interval.low).toBeLessThan(ratio?.found?.ratio ?? NaN);
    expect(ratio?.found?.interval.high).toBeGreaterThan(ratio?.found?.ratio ?? NaN);
    expect(ratiosOf({}, { emulated: false })[0]?.emulated).toBe(false);
  });

  it.each<[string, Partial<CapacityQuestion>, DensityOptions]>([
    ['too few steps for an interval', {}, { steps: [1, 2, 4, 8] }],
    ['idle CPU binds, and that has no interval', { hostCpus: 2 }, {}],
    ['its interval has no upper end', { hostMemoryBytes: 1.3 * GIB }, {}],
  ])('is no factor where there is no interval: %s', (reason, question, options) => {
    expect(ratiosOf(question, options)[0]).toEqual({
      container: 'nspawn',
      vm: 'qemu',
      emulated: true,
      reason,
    });
  });

  it('is absent where there are only containers', () => {
    expect(ratiosOf({}, { runtimes: ['nspawn'] })).toEqual([]);
  });
});

describe('what to know', () => {
  it('is how far the plan goes beyond what was measured', () => {
    const { notes } = planOf('nspawn', { reserve: { bytes: 56 * GIB } }, onLine(64 * MIB, 16 * MIB));
    expect(notes).toContain(
      'measured up to 8 instances, and one host is to hold 12,796: extrapolated 1,600-fold; the line was straight up to 8 ' +
        '(no step lies off it by more than 0 % of what 8 cost) and is assumed to stay so',
    );
  });

  it('is nothing of that for a host that holds no more than were measured', () => {
    const plan = planOf('qemu', { hostMemoryBytes: 3 * GIB, reserve: { bytes: GIB } });
    expect(plan.instances?.value).toBeLessThanOrEqual(8);
    expect(plan).not.toHaveProperty('extrapolated');
    expect(plan.notes.join('\n')).not.toMatch(/extrapolated|straight/u);
  });

  it('is each limit that so many instances go beyond', () => {
    expect(planOf('nspawn', { instances: 1450 }).limits).toEqual([
      {
        id: 'inotify-instances',
        title: 'inotify instances of root',
        where: 'fs.inotify.max_user_instances',
        needed: 7250,
        limit: 128,
      },
    ]);
    expect(planOf('nspawn', { instances: 1450 }).notes).toContain(
      'needs fs.inotify.max_user_instances (inotify instances of root) ≥ 7,250 on each host; the host of the run has 128',
    );
    expect(planOf('nspawn', { instances: 25 }).limits).toEqual([]);
  });

  it('is nothing of what the measuring process alone is limited in', () => {
    const plan = planOf('nspawn', {}, (density) => {
      density.limits = [
        { id: 'own-open-files', title: 'open files of twinboot', limit: 1024, perInstance: 9 },
      ];
    });
    expect(plan.limits).toEqual([]);
  });

  it('is that there is no interval', () => {
    expect(planOf('nspawn', {}, undefined, { steps: [1, 2, 4, 8] }).notes).toContain(
      '4 steps cannot give an interval of 95 %: five with different numbers of instances can',
    );
  });

  it('is what went wrong while it was measured', () => {
    const { notes } = planOf('nspawn', {}, (density) => {
      density.stop = { reason: 'host-limit', message: 'no inotify instance left \u001b[31m' };
      density.lost = [{ instance: 7, atMs: 12, message: 'gone' }];
      for (const step of density.steps.slice(0, 2))
        Object.assign(step, { settled: false, ksmSavedBytes: 3 * MIB });
    });
    expect(notes.slice(-4)).toEqual([
      'the measuring was ended by a limit of the host or a failure: no inotify instance left',
      '1 instance failed or ended while it was measured',
      'memory had not settled at 2 of 6 steps',
      'KSM saved 3.00 MiB on the host of the run: a host without it holds fewer',
    ]);
  });

  it('is that nothing bounds the number where the slope may be 0', () => {
    const plan = planOf('nspawn', {}, ({ steps }) => {
      [5, 1, 6, 2, 7, 3].forEach((mib, index) => {
        const step = steps[index];
        if (step !== undefined) step.totalBytes = mib * MIB + step.live * 1000;
      });
    });
    expect(plan.instances?.interval).toEqual({ low: expect.any(Number) as number });
    expect(plan.notes).toContainEqual(expect.stringContaining('nothing bounds how many there can be'));
  });
});

describe('no plan', () => {
  it('where one more instance seems to cost nothing, with the reason', () => {
    const plan = planOf('nspawn', {}, onLine(64 * MIB, -MIB));
    expect(plan).not.toHaveProperty('instances');
    expect(plan.reason).toContain('one more instance costs −1.00 MiB: noise hides its cost');
  });

  it('from a single step', () => {
    expect(planOf('nspawn', {}, undefined, { steps: [4] })).toMatchObject({
      measured: { steps: 1, mostLive: 4 },
      reason: 'one step does not tell what one more instance costs',
    });
  });

  it('of a runtime whose series failed, while the other has one', () => {
    const record = densityRecord({ scenarios: ['density'] });
    for (const sample of record.samples.filter(({ runtime }) => runtime === 'qemu')) {
      sample.outcome = 'failed';
      sample.error = { code: 'boot-timeout', message: 'not heard\u202e within 120 s' };
    }
    const { runtimes, ratios } = planCapacity(record, host);
    expect(runtimes[0]).toHaveProperty('instances');
    expect(runtimes[1]).toMatchObject({ reason: 'density was not measured: not heard within 120 s' });
    expect(ratios).toEqual([]);
  });

  it('of a record without density, and how to get one', () => {
    expect(() => planCapacity(densityRecord({ scenarios: ['storm'] }), host)).toThrow(
      expect.objectContaining({
        code: 'no-density',
        kind: 'usage',
        hint: 'measure it: twinboot run density --runtime nspawn --runtime qemu',
      }),
    );
  });

  it('where the reserve takes the whole host', () => {
    expect(() => planCapacity(densityRecord(), { hostMemoryBytes: GIB })).toThrow(
      expect.objectContaining({
        code: 'reserve-too-large',
        message: 'a reserve of 1.00 GiB leaves nothing of a host with 1.00 GiB',
      }),
    );
  });
});

describe('planSizes', () => {
  it('asks the same of hosts from an eighth of the memory to four times as much', () => {
    const sizes = planSizes(densityRecord(), { hostMemoryBytes: 64 * GIB });
    expect(sizes.map(({ question }) => question.hostMemoryBytes / GIB)).toEqual([8, 16, 32, 64, 128, 256]);
  });

  it('leaves out hosts of which the reserve leaves nothing', () => {
    const sizes = planSizes(densityRecord(), { hostMemoryBytes: 4 * GIB, reserve: { bytes: GIB } });
    expect(sizes.map(({ question }) => question.hostMemoryBytes / GIB)).toEqual([2, 4, 8, 16]);
  });
});
