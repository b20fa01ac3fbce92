import { describe, expect, it } from 'vitest';
import type { DensityReading, MemberReading, StepReading } from '../../../harness/contract/fleet-readings.ts';
import { densityIn } from '../../../results/fleet/density.ts';
import type { Circumstances, Measured } from '../../../harness/contract/scenario.ts';
import { density } from '../../../scenarios/density.ts';
import { notRead } from '../../fixtures/guest/artifacts.ts';

const MIB = 1024 * 1024;

const circumstances: Circumstances = {
  kind: 'container',
  memoryBytes: 512 * MIB,
  onHost: (unit) => (unit === 'dbus.service' ? 'running' : 'not-running'),
};

/** A container that is charged so much, of which 1 MiB is D-Bus's own and 2 MiB are its manager's. */
function member(totalMib: number): MemberReading {
  const rollup = { rssBytes: 0, pssFileBytes: 0, pssShmemBytes: 0, ussBytes: MIB };
  const dbus = { pid: 2, name: 'dbus-daemon', manager: false, unit: 'dbus.service', ...rollup };
  const manager = { pid: 1, name: 'manager', manager: true, unit: undefined, ...rollup };
  return {
    cgroup: {
      totalBytes: totalMib * MIB,
      peakBytes: undefined,
      anonBytes: 3 * MIB,
      fileBytes: (totalMib - 4) * MIB,
      shmemBytes: 0,
      kernelBytes: MIB,
    },
    processes: [
      { ...manager, pssBytes: 3 * MIB, pssAnonBytes: 2 * MIB },
      { ...dbus, pssBytes: 2 * MIB, pssAnonBytes: MIB },
    ],
    guestRam: undefined,
    inside: {
      meminfo: new Map(),
      kernel: undefined,
      processes: [{ unit: 'dbus.service', pssBytes: 2 * MIB, pssAnonBytes: MIB }],
    },
  };
}

/** The first takes 40 MiB, every other one 15; MemAvailable falls by 9 MiB for each. */
function step(live: number, given: Partial<StepReading> = {}): StepReading {
  return {
    atMs: live * 1000,
    readyMs: [400 + live],
    settled: true,
    settledAfterMs: 2500,
    measuredInMs: 20,
    members: Array.from({ length: live }, (_, index) => member(index === 0 ? 40 : 15)),
    availableBytes: (10_000 - 9 * live) * MIB,
    writableBytes: live * 8 * MIB,
    idle: { windowMs: 5000, cpuMs: live * 10, contextSwitches: live * 100 },
    ksmSavedBytes: undefined,
    ...given,
  };
}

function measure(steps: StepReading[]): Measured {
  const reading: DensityReading = {
    availableBeforeBytes: 10_000 * MIB,
    steps,
    stop: { reason: 'planned', message: 'every step was reached' },
    lost: [],
    limits: [],
    stopped: undefined,
  };
  return density.measure({ density: reading }, circumstances, notRead);
}

describe('density', () => {
  it('tells the first instance from one more', () => {
    const { values } = measure([1, 2, 4, 8].map((live) => step(live)));
    expect(values).toMatchObject({
      'density.first': 40 * MIB,
      'density.marginal': 15 * MIB,
      'density.host-delta-marginal': 9 * MIB,
      'density.pss-marginal': 5 * MIB,
      'density.private-marginal': 2 * MIB,
      'density.live': 8,
      'density.ready-nth': 408,
    });
  });

  it('gives what an instance does and writes when it is idle', () => {
    expect(measure([step(1), step(4)]).values).toMatchObject({
      // 40 ms of CPU time in 5 s by four.
      'density.idle-cpu': 2,
      'density.context-switches': 20,
      'density.disk': 8 * MIB,
    });
  });

  it('counts once what all map and none is charged for', () => {
    const mapping = (live: number): StepReading => {
      const { members, ...rest } = step(live);
      // 100 MiB of kernel and initrd, which all of them map: each has its share of them.
      for (const { cgroup, processes } of members) {
        cgroup.fileBytes = MIB;
        for (const process of processes) process.pssFileBytes = process.manager ? (100 * MIB) / live : MIB;
      }
      return { members, ...rest };
    };
    for (const live of [1, 4])
      expect(measure([mapping(live)]).values['density.charged-elsewhere']).toBe(100 * MIB);
    // Charged for more than they map: files that were read.
    expect(measure([step(1)]).values['density.charged-elsewhere']).toBe(0);
  });

  it('has parts that add up to the charge, the unexplained rest among them', () => {
    const series = densityIn(measure([step(1), step(3)]).details);
    for (const { parts, totalBytes } of series?.steps ?? [])
      expect(parts.reduce((sum, { bytes }) => sum + bytes, 0)).toBe(totalBytes);
    expect(series?.steps[1]?.parts).toContainEqual(
      expect.objectContaining({ id: 'memory.duplicated-services', bytes: 3 * MIB }),
    );
  });

  it('counts every service over all instances, and says whether the host runs it', () => {
    expect(densityIn(measure([step(3)]).details)?.steps[0]?.services).toEqual([
      { service: 'dbus.service', host: 'running', instances: 3, pssBytes: 6 * MIB, anonBytes: 3 * MIB },
    ]);
  });

  it('has no slope of one step, and says why', () => {
    const { values, missing } = measure([step(1)]);
    expect(values['density.marginal']).toBeUndefined();
    expect(missing['density.marginal']).toContain('two or more');
    expect(values['density.first']).toBe(40 * MIB);
  });

  it('knows no first instance where the series began with several', () => {
    const { missing } = measure([step(2), step(4)]);
    expect(missing['density.first']).toBe('no step had one instance alone');
  });

  it('leaves out what this host does not count', () => {
    const idle = { windowMs: 5000, cpuMs: undefined, contextSwitches: undefined };
    const { missing, details } = measure([step(2, { idle, writableBytes: undefined })]);
    expect(Object.keys(missing)).toEqual(
      expect.arrayContaining(['density.idle-cpu', 'density.context-switches', 'density.disk']),
    );
    expect(densityIn(details)?.steps[0]?.idleCpuMsPerS).toBeUndefined();
  });

  it('is a sample that does not change when the series goes on', () => {
    const steps = [step(1), step(2)];
    const before = densityIn(measure(steps).details);
    steps.push(step(3));
    expect(before?.steps).toHaveLength(2);
  });
});
