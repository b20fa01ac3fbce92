import type { KernelUse } from '../harness/contract/fleet-readings.ts';
import { createMeasured, defineScenario, metric } from '../harness/contract/scenario.ts';
import { syscallsX8664 } from '../harness/facts/syscalls-x86-64.ts';
import type { Metric } from '../results/record.ts';

const BOUNDARY =
  'by the tasks of the whole boundary: manager and container, or VM monitor with its guest, of which the host’s kernel sees the monitor alone';

export const attackSurface = defineScenario({
  id: 'attack-surface',
  title: 'Attack surface',
  question: 'How much of the host’s kernel does an instance use?',
  needs: ['kernel-use'],
  metrics: [
    ...metricsOf(
      'calls',
      'System calls used',
      'Distinct system calls entered',
      'Counted at the kernel’s tracepoint sys_enter.',
    ),
    ...metricsOf(
      'functions',
      'Kernel functions reached',
      'Distinct functions of the host’s kernel called',
      'The horizontal attack profile: every function that ftrace can trace, none left out.',
    ),
  ],

  measure({ 'kernel-use': reading }) {
    const measured = createMeasured();
    if (reading === undefined) return measured;
    const { calls, functions, missing, idleMs } = reading;
    const put = (
      part: 'calls' | 'functions',
      use: KernelUse<ReadonlyMap<string, number> | ReadonlySet<string>> | undefined,
    ): void => {
      const reason = missing[part] ?? 'it was not counted';
      measured.put(
        `attack-surface.${part}`,
        use && new Set([...use.boot.keys(), ...use.idle.keys()]).size,
        reason,
      );
      measured.put(`attack-surface.${part}-boot`, use?.boot.size, reason);
      measured.put(`attack-surface.${part}-idle`, use?.idle.size, reason);
    };
    put('calls', calls);
    put('functions', functions);
    const named = calls && { boot: byName(calls.boot), idle: byName(calls.idle) };
    Object.assign(measured.details, { idleMs, ...(named && { calls: named }) });
    return measured;
  },
});

/** Of the whole boot and of its two phases. */
function metricsOf(part: string, title: string, what: string, how: string): Metric[] {
  const one = (suffix: string, role: Metric['role'], phase: string, when: string): Metric =>
    metric(
      `attack-surface.${part}${suffix}`,
      'count',
      role,
      `${title}${phase}`,
      `${what} ${when}, ${BOUNDARY}. ${how}`,
    );
  return [
    one('', 'headline', '', 'from t0 to `ready` or in the idle seconds after it'),
    one('-boot', 'detail', ', booting', 'from t0 to `ready`'),
    one('-idle', 'detail', ', idle', 'in the seconds after `ready` in which nothing is asked of it'),
  ];
}

/** How often each system call was entered, by its name; those that x86-64 does not have by their number. */
function byName(counts: ReadonlyMap<string, number>): Record<string, number> {
  return Object.fromEntries(
    [...counts]
      .map(([number, count]) => [syscallsX8664.get(Number(number)) ?? number, count] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}
