import { lastBefore, unitNamed, type Unit } from '../harness/parse/units.ts';
import { unitTimes } from './unit-times.ts';
import { formatMs } from '../core/units.ts';
import type { Timing } from '../harness/contract/artifacts.ts';
import { createMeasured, defineScenario, eachOf, metric } from '../harness/contract/scenario.ts';

const CONTAINER = 'a container has no kernel and no initrd of its own';

/** The unit whose activation is each rung, and the rung's words. */
const targets = [
  ['startup.sysinit', 'sysinit.target'],
  ['startup.basic', 'basic.target'],
  ['startup.dbus', 'dbus.service'],
  ['startup.multi-user', 'multi-user.target'],
] as const;

export const startup = defineScenario({
  id: 'startup',
  title: 'Startup',
  question: 'How long until the distribution is up, and where does the time go?',
  needs: ['timing', 'units', 'shutdown'],
  madeOf: {
    ...eachOf(
      [
        'startup.spawn',
        'startup.kernel',
        'startup.initrd',
        'startup.ready',
        'startup.command',
        'startup.cpu',
      ],
      ['timing'],
    ),
    ...eachOf(['startup.init', ...targets.map(([id]) => id)], ['timing', 'units']),
    'shutdown.total': ['shutdown'],
  },
  metrics: [
    metric(
      'startup.spawn',
      'ms',
      'rung',
      'spawn',
      "From t0 until the runtime's own process exists (exec); host clock.",
    ),
    metric(
      'startup.kernel',
      'ms',
      'rung',
      'kernel',
      "From t0 until the guest kernel's first console line arrives; host clock. VMs only.",
    ),
    metric(
      'startup.initrd',
      'ms',
      'rung',
      'initrd',
      "From t0 until the kernel starts the initrd's init, by the guest's kernel log. VMs with an initrd only.",
    ),
    metric(
      'startup.init',
      'ms',
      'rung',
      'init',
      "From t0 until the distribution's PID 1 runs: systemd's UserspaceTimestampMonotonic.",
    ),
    metric(
      'startup.sysinit',
      'ms',
      'rung',
      'sysinit',
      'From t0 until sysinit.target is active: its ActiveEnterTimestampMonotonic.',
    ),
    metric(
      'startup.basic',
      'ms',
      'rung',
      'basic',
      'From t0 until basic.target is active: its ActiveEnterTimestampMonotonic.',
    ),
    metric(
      'startup.dbus',
      'ms',
      'rung',
      'dbus',
      'From t0 until the unit with the name dbus.service is active, whichever owns the bus: its ActiveEnterTimestampMonotonic.',
    ),
    metric(
      'startup.multi-user',
      'ms',
      'rung',
      'multi-user',
      'From t0 until multi-user.target is active: its ActiveEnterTimestampMonotonic.',
    ),
    metric(
      'startup.ready',
      'ms',
      'rung',
      'ready',
      "From t0 until the agent's first line arrives on the host: something inside did useful work.",
    ),
    metric(
      'startup.command',
      'ms',
      'rung',
      'command',
      'From t0 until the answer to the first command (`true`) arrives on the host.',
    ),
    metric(
      'startup.cpu',
      'ms',
      'headline',
      'CPU time until ready',
      'CPU time, user and system, of the whole boundary from t0 until `ready`: the cgroup that holds the runtime with its manager or VMM.',
    ),
    metric(
      'shutdown.total',
      'ms',
      'headline',
      'Shutdown',
      "From the question to power off until the runtime's process has ended; host clock.",
    ),
  ],

  measure({ timing, units, shutdown }, { kind }) {
    const measured = createMeasured();
    const { put, details } = measured;
    const untimed = timing && restartWords(timing);
    const ladder = untimed === undefined ? timing : undefined;
    // The guest's own stamps hold even where twinboot was not there to see them.
    const unwatched = untimed ?? (timing && stallWords(timing));
    const seen = unwatched === undefined ? timing : undefined;
    const onHostClock = (guestMs: number | undefined): number | undefined =>
      guestMs === undefined || ladder === undefined ? undefined : guestMs + ladder.guestOffsetMs;

    put('startup.spawn', ladder?.spawnMs, untimed ?? '');
    put(
      'startup.kernel',
      seen?.kernelMs,
      kind === 'vm' ? (unwatched ?? 'no kernel line reached the console') : CONTAINER,
    );
    put(
      'startup.initrd',
      onHostClock(ladder?.initrdGuestMs),
      kind === 'vm' ? (untimed ?? 'the kernel log has no line for the start of an initrd') : CONTAINER,
    );
    put(
      'startup.init',
      onHostClock(units?.manager.userspaceMs),
      untimed ?? 'the manager did not say when it started',
    );
    for (const [id, name] of targets) {
      const unit = units === undefined ? undefined : unitNamed(units, name);
      put(id, onHostClock(unit?.activeMs), untimed ?? whyNotActive(name, unit));
    }
    put('startup.ready', seen?.readyMs, unwatched ?? '');
    put('startup.command', seen?.commandMs, unwatched ?? '');
    put('startup.cpu', timing?.cpuMs, 'this host counts no CPU time by control group');
    put('shutdown.total', shutdown?.shutdownMs, '');
    details.consoleMultiUserMs = seen?.consoleMultiUserMs;
    details.stalledMs = timing?.stalledMs;
    details.starts = timing?.starts;
    details.guestOffsetErrorMs = timing?.guestOffsetErrorMs;
    details.finishedMs = onHostClock(units?.manager.finishedMs);
    details.units = units === undefined ? undefined : unitTimes(units);
    details.waitedFor = units === undefined ? undefined : lastBefore(units, 'multi-user.target');
    return measured;
  },
});

/** An image may start itself anew once: its times then hold two boots. */
function restartWords({ starts }: Timing): string | undefined {
  return starts > 1
    ? `the distribution started ${starts} times before it was ready: a boot of it is no single boot`
    : undefined;
}

/** Above what a busy host lets a process wait for its turn. */
const STALL_MS = 1000;

function stallWords({ stalledMs }: Timing): string | undefined {
  return stalledMs > STALL_MS
    ? `twinboot itself did not run for ${formatMs(stalledMs)} while the instance booted (stopped, asleep, or without a CPU)`
    : undefined;
}

function whyNotActive(name: string, unit: Unit | undefined): string {
  return unit === undefined
    ? `${name} is not loaded in this image`
    : `${name} never became active (${unit.loadState === 'loaded' ? unit.activeState : unit.loadState})`;
}
