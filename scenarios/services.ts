import { formatList } from '../core/words.ts';
import type { GuestProcess } from '../harness/guest/processes.ts';
import type { Unit } from '../harness/guest/units.ts';
import type { Artifacts } from '../harness/observe/artifacts.ts';
import type { LedgerRow } from '../results/record.ts';
import { isOfEveryInstance } from '../results/repeated-services.ts';
import { createMeasured, defineScenario, metric, type Circumstances } from './define.ts';

type Readings = Pick<Artifacts, 'timing' | 'inside' | 'units'>;

const AGENT_UNIT = 'twinboot-agent.service';
/** PID 1 itself: no service, and the largest thing that every instance brings again. */
const MANAGER_UNIT = 'init.scope';
/** Asked about by everyone: these have a row even in an image that does not have them. */
const ALWAYS = [
  'systemd-udevd.service',
  'dbus.service',
  'systemd-journald.service',
  'systemd-logind.service',
];

export const services = defineScenario({
  id: 'services',
  title: 'Services',
  question: 'Which services does every instance bring again, and what does each of them cost?',
  needs: ['timing', 'inside', 'units'],
  metrics: [
    metric(
      'services.running',
      'count',
      'headline',
      'Running services',
      "Units of the image with live processes once settled: services and PID 1 itself, without twinboot's agent.",
    ),
    metric(
      'services.repeated',
      'count',
      'headline',
      'Repeated services',
      'Of those, the ones that the next instance of the image runs once more, whatever the host runs: all but what belongs to a user, a connection or a command (`user@…`, `sshd@0-…`, transient units). In a plain image, where nobody has logged in, it is `services.running`.',
    ),
    metric(
      'services.repeated-anon',
      'bytes',
      'headline',
      'Anonymous memory of repeated services',
      'Sum of the anonymous PSS (Pss_Anon) of all their processes, read inside the instance: what each further instance takes anew. Pages of programs and libraries, which instances may share, are not in it.',
    ),
    metric(
      'services.duplicated',
      'count',
      'headline',
      'Duplicated services',
      'Of the running ones, those that the host runs too.',
    ),
    metric(
      'services.pss',
      'bytes',
      'headline',
      'PSS of services',
      'Sum of the PSS of all processes of running units, read inside the instance.',
    ),
    metric(
      'services.duplicated-pss',
      'bytes',
      'headline',
      'PSS of duplicated services',
      'Of the PSS of services, what belongs to those that the host runs too.',
    ),
    metric(
      'services.failed',
      'count',
      'headline',
      'Failed services',
      'Units of the image in the state `failed`.',
    ),
  ],

  measure(readings, circumstances) {
    const measured = createMeasured();
    const rows = ledgerOf(readings, circumstances);
    const running = rows.filter((row) => row.state === 'running');
    const repeated = rows.filter((row) => row.repeated === true);
    const duplicated = rows.filter((row) => row.duplicated);
    measured.put('services.running', running.length, '');
    measured.put('services.repeated', repeated.length, '');
    const { bytes, reason } = anonymousOf(repeated);
    measured.put('services.repeated-anon', bytes, reason);
    measured.put('services.duplicated', duplicated.length, '');
    measured.put('services.pss', pssOf(running), '');
    measured.put('services.duplicated-pss', pssOf(duplicated), '');
    measured.put('services.failed', rows.filter((row) => row.state === 'failed').length, '');
    measured.details.services = rows;
    return measured;
  },
});

function pssOf(rows: readonly LedgerRow[]): number {
  return rows.reduce((total, row) => total + (row.pssBytes ?? 0), 0);
}

/** One service that could not be read would make the sum look smaller, so then there is none. */
function anonymousOf(rows: readonly LedgerRow[]): { bytes: number | undefined; reason: string } {
  const unread = rows.filter(({ anonBytes }) => anonBytes === undefined).map(({ service }) => service);
  return {
    bytes: unread.length > 0 ? undefined : rows.reduce((sum, { anonBytes = 0 }) => sum + anonBytes, 0),
    reason: `no process could be read of ${formatList(unread)}`,
  };
}

/** One row for every service of the image, and for PID 1. */
function ledgerOf(readings: Readings, circumstances: Circumstances): LedgerRow[] {
  const { units, unitFiles } = readings.units;
  const loaded = [...units.values()].filter(
    (unit) => unit.id.endsWith('.service') && unit.loadState !== 'not-found',
  );
  const names = new Set([...loaded.map((unit) => unit.id), ...ALWAYS, ...installedServices(unitFiles)]);
  names.delete(AGENT_UNIT);
  return [MANAGER_UNIT, ...[...names].sort()].map((name) => rowOf(name, readings, circumstances));
}

/** A template (`getty@.service`) is no service until it has an instance, and an alias is a second name of one. */
function installedServices(unitFiles: ReadonlyMap<string, string>): string[] {
  return [...unitFiles].flatMap(([name, state]) => (name.includes('@.') || state === 'alias' ? [] : [name]));
}

function rowOf(service: string, { timing, inside, units }: Readings, { onHost }: Circumstances): LedgerRow {
  const unit = units.units.get(service);
  const processes = inside.processes.filter((process) => process.unit === service);
  const { state, reason } =
    service === MANAGER_UNIT
      ? { state: 'running' as const }
      : stateOf(unit, units.unitFiles.get(service), units.failedConditions.get(service));
  const host = onHost(service);
  return {
    service,
    ...(service === MANAGER_UNIT
      ? { title: 'System and Service Manager' }
      : optional('title', unit?.description)),
    host,
    state,
    ...optional('reason', reason),
    ...(processes.length === 0 ? {} : costOf(processes, unit)),
    ...optional('startMs', unit?.startedMs === undefined ? undefined : unit.startedMs + timing.guestOffsetMs),
    ...optional('durationMs', durationOf(unit)),
    duplicated: state === 'running' && host === 'running',
    repeated: state === 'running' && isOfEveryInstance(service),
  };
}

function costOf(
  processes: readonly GuestProcess[],
  unit: Unit | undefined,
): Pick<LedgerRow, 'pssBytes' | 'ussBytes' | 'anonBytes' | 'cpuMs'> {
  const total = (of: (process: GuestProcess) => number): number =>
    processes.reduce((sum, process) => sum + of(process), 0);
  return {
    pssBytes: total((process) => process.pssBytes),
    ussBytes: total((process) => process.ussBytes),
    anonBytes: total((process) => process.pssAnonBytes),
    // systemd counts the CPU time of ended processes too, where it counts at all (CPUUsageNSec).
    cpuMs: unit?.cpuMs ?? total((process) => process.cpuMs),
  };
}

function durationOf(unit: Unit | undefined): number | undefined {
  if (unit?.activeMs === undefined || unit.startedMs === undefined) return undefined;
  return unit.activeMs >= unit.startedMs ? unit.activeMs - unit.startedMs : undefined;
}

function stateOf(
  unit: Unit | undefined,
  fileState: string | undefined,
  failedConditions: string[] | undefined,
): { state: LedgerRow['state']; reason?: string } {
  if (unit === undefined || unit.loadState === 'not-found') {
    if (fileState === undefined) return { state: 'not-installed', reason: 'the image has no such unit' };
    if (fileState.startsWith('masked')) return { state: 'masked', reason: 'masked' };
    return { state: 'inactive', reason: `nothing asks for it (${fileState})` };
  }
  if (unit.loadState === 'masked') return { state: 'masked', reason: 'masked' };
  if (unit.activeState === 'active') return { state: unit.subState === 'running' ? 'running' : 'exited' };
  if (unit.activeState === 'failed') return { state: 'failed', reason: `result: ${unit.result}` };
  if (unit.activeState !== 'inactive')
    return { state: 'unknown', reason: `${unit.activeState} (${unit.subState})` };
  if (unit.loadState !== 'loaded') return { state: 'unknown', reason: `not loaded (${unit.loadState})` };
  if (unit.conditionChecked && !unit.conditionMet) {
    return { state: 'skipped', reason: failedConditions?.join(', ') ?? 'a condition was not met' };
  }
  return {
    state: 'inactive',
    reason: unit.startedMs === undefined ? 'nothing asked for it' : 'ran and ended',
  };
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}
