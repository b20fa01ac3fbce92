import type { DensityReading, MemberReading, StepReading } from '../harness/contract/fleet-readings.ts';
import type { Density, DensityStep, ServiceCost } from '../results/fleet/density.ts';
import { fitSlope } from '../results/statistics/slope.ts';
import { createMeasured, defineScenario, metric, type Circumstances } from '../harness/contract/scenario.ts';
import { chargedElsewhereBytes, memoryParts, memoryPartMetrics } from './memory-parts.ts';

const TOO_FEW_STEPS = 'one step shows no slope: measure at two or more numbers of instances';

export const density = defineScenario({
  id: 'density',
  title: 'Density',
  question: 'What does one more instance cost, and how many live at once?',
  needs: ['density'],
  takes: ['instances', 'until', 'parallel', 'runKsm', 'reserveBytes', 'raiseLimits'],
  metrics: [
    metric(
      'density.first',
      'bytes',
      'headline',
      'First instance',
      'The charge of the first instance’s control group once it has settled and nothing else of the series lives.',
    ),
    metric(
      'density.marginal',
      'bytes',
      'headline',
      'One more instance',
      'Slope of the charge of all control groups over the number of live instances: Theil–Sen over the steps of a series.',
    ),
    metric(
      'density.intercept',
      'bytes',
      'detail',
      'Beside the instances',
      'Where the line of `density.marginal` meets no instance at all: what all of them share, and what the first one takes more than the others.',
    ),
    metric(
      'density.host-delta-marginal',
      'bytes',
      'headline',
      'One more instance, by MemAvailable',
      'Slope of the fall of the host’s MemAvailable over the number of live instances: Theil–Sen over the steps of a series.',
    ),
    metric(
      'density.ready-nth',
      'ms',
      'headline',
      'Boot of the last instance',
      't0 to `ready` of the last instance that was started, beside all the others.',
    ),
    metric(
      'density.idle-cpu',
      'ms/s',
      'headline',
      'Idle CPU of one instance',
      'CPU time of all control groups per second while nothing is asked of any instance, over the number of live instances, at the last step.',
    ),
    metric(
      'density.live',
      'count',
      'headline',
      'Live at once',
      'Instances that were ready and alive when the last step was measured.',
      'higher',
    ),
    metric(
      'density.context-switches',
      'count/s',
      'detail',
      'Context switches of one instance',
      'Context switches of all threads inside the boundary per second of doing nothing, over the number of live instances, at the last step.',
    ),
    metric(
      'density.pss-marginal',
      'bytes',
      'detail',
      'One more instance, by PSS',
      'Slope of the PSS of all processes inside the boundary over the number of live instances.',
    ),
    metric(
      'density.private-marginal',
      'bytes',
      'detail',
      'Private pages of one more instance',
      'Slope of the USS of all processes inside the boundary over the number of live instances.',
    ),
    metric(
      'density.charged-elsewhere',
      'bytes',
      'detail',
      'Shared once, charged elsewhere',
      'By how much the file pages that all processes inside the boundary map exceed those that their control groups are charged for, at the last step, at least: the kernel, initrd and programs that whoever read them first pays for. All instances share them once: they belong to the cost of the first instance and to the intercept, and to no further instance.',
      'none',
    ),
    metric(
      'density.disk',
      'bytes',
      'detail',
      'Disk of one instance',
      'What the writable layers of all instances take on the host’s disk over the number of live instances, at the last step.',
    ),
  ],

  measure({ density: reading }, circumstances) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    const steps = reading.steps.map((step) => stepOf(step, reading, circumstances));
    const fits = fitsOf(steps);
    const [first] = steps;
    const last = steps.at(-1);
    const each = (value: number | undefined): number | undefined =>
      last === undefined || value === undefined ? undefined : value / last.live;
    measured.put(
      'density.first',
      first?.live === 1 ? first.totalBytes : undefined,
      'no step had one instance alone',
    );
    measured.put('density.marginal', fits.total?.slope, TOO_FEW_STEPS);
    measured.put('density.intercept', fits.total?.intercept, TOO_FEW_STEPS);
    measured.put('density.host-delta-marginal', fits.hostDelta?.slope, TOO_FEW_STEPS);
    measured.put(
      'density.ready-nth',
      steps.flatMap(({ readyMs }) => readyMs).at(-1),
      'no instance got ready',
    );
    measured.put(
      'density.idle-cpu',
      each(last?.idleCpuMsPerS),
      'this host counts no CPU time of control groups',
    );
    measured.put('density.live', last?.live, 'no instance got ready');
    measured.put(
      'density.context-switches',
      each(last?.contextSwitchesPerS),
      'this kernel does not count them',
    );
    measured.put('density.pss-marginal', fits.pss?.slope, TOO_FEW_STEPS);
    measured.put('density.private-marginal', fits.private?.slope, TOO_FEW_STEPS);
    measured.put('density.charged-elsewhere', last?.chargedElsewhereBytes, 'no instance got ready');
    measured.put('density.disk', each(last?.writableBytes), 'this runtime writes to no layer of its own');
    const { stop, lost, limits, stopped } = reading;
    const details: Density = {
      steps,
      stop,
      // The reading grows on; a sample that was kept does not.
      lost: [...lost],
      fits,
      limits: [...limits],
      ...(stopped === undefined ? {} : { stoppedInMs: stopped.tookMs, killed: stopped.killed }),
    };
    Object.assign(measured.details, details);
    return measured;
  },
});

function fitsOf(steps: readonly DensityStep[]): Density['fits'] {
  const over = (value: (step: DensityStep) => number): ReturnType<typeof fitSlope> =>
    fitSlope(steps.map((step) => ({ x: step.live, y: value(step) })));
  const fits = {
    total: over((step) => step.totalBytes),
    hostDelta: over((step) => step.hostDeltaBytes),
    pss: over((step) => step.pssBytes),
    private: over((step) => step.privateBytes),
  };
  return Object.fromEntries(Object.entries(fits).filter(([, fit]) => fit !== undefined));
}

function stepOf(
  step: StepReading,
  { availableBeforeBytes }: DensityReading,
  circumstances: Circumstances,
): DensityStep {
  const { members, idle } = step;
  const processes = members.flatMap((member) => member.processes);
  const perS = (amount: number | undefined): number | undefined =>
    amount === undefined ? undefined : (amount / idle.windowMs) * 1000;
  const cpu = perS(idle.cpuMs);
  const switches = perS(idle.contextSwitches);
  const totalBytes = sum(members, ({ cgroup }) => cgroup.totalBytes);
  return {
    live: members.length,
    atMs: step.atMs,
    readyMs: step.readyMs,
    settled: step.settled,
    settledAfterMs: step.settledAfterMs,
    measuredInMs: step.measuredInMs,
    totalBytes,
    pssBytes: sum(processes, ({ pssBytes }) => pssBytes),
    chargedElsewhereBytes: chargedElsewhereBytes(members),
    privateBytes: sum(processes, ({ ussBytes }) => ussBytes),
    hostDeltaBytes: availableBeforeBytes - step.availableBytes,
    ...(step.writableBytes === undefined ? {} : { writableBytes: step.writableBytes }),
    processes: processes.length,
    ...(cpu === undefined ? {} : { idleCpuMsPerS: cpu }),
    ...(switches === undefined ? {} : { contextSwitchesPerS: switches }),
    parts: partsOf(members, totalBytes, circumstances),
    services: servicesOf(members, circumstances),
    ...(step.ksmSavedBytes === undefined ? {} : { ksmSavedBytes: step.ksmSavedBytes }),
  };
}

/** Part by part over all instances; what none of them has is left out. */
function partsOf(
  members: readonly MemberReading[],
  totalBytes: number,
  circumstances: Circumstances,
): DensityStep['parts'] {
  const sums = new Map<string, number>();
  for (const { inside, ...memory } of members) {
    for (const [id, bytes] of Object.entries(memoryParts({ memory, inside }, circumstances)))
      sums.set(id, (sums.get(id) ?? 0) + bytes);
  }
  const explained = [...sums.values()].reduce((total, bytes) => total + bytes, 0);
  sums.set(UNEXPLAINED, totalBytes - explained);
  return memoryPartMetrics.flatMap(({ id, title }) => {
    const bytes = sums.get(id);
    return bytes === undefined ? [] : [{ id, title, bytes }];
  });
}

const UNEXPLAINED = 'memory.unexplained';
const AGENT_UNIT = 'twinboot-agent.service';

/** What every service costs, the dearest first. Processes outside every unit are no service. */
function servicesOf(members: readonly MemberReading[], { onHost }: Circumstances): ServiceCost[] {
  const costs = new Map<string, ServiceCost>();
  for (const { inside } of members) {
    const seen = new Set<string>();
    for (const { unit, pssBytes, pssAnonBytes } of inside.processes) {
      if (unit === undefined || unit === AGENT_UNIT) continue;
      const cost = costs.get(unit) ?? {
        service: unit,
        host: onHost(unit),
        instances: 0,
        pssBytes: 0,
        anonBytes: 0,
      };
      cost.pssBytes += pssBytes;
      cost.anonBytes += pssAnonBytes;
      if (!seen.has(unit)) cost.instances += 1;
      seen.add(unit);
      costs.set(unit, cost);
    }
  }
  return [...costs.values()].sort((a, b) => b.anonBytes - a.anonBytes);
}

function sum<T>(items: readonly T[], of: (item: T) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}
