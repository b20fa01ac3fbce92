import { formatSome } from '../core/words.ts';
import type { GuestProcess } from '../harness/parse/processes.ts';
import { doneStarting, unmetRequirements, type Unit } from '../harness/parse/units.ts';
import type { InsideReading, Timing, UnitsReading } from '../harness/contract/artifacts.ts';
import type { LedgerRow } from '../results/record.ts';
import { isOfEveryInstance } from '../results/repeated-services.ts';
import {
  createMeasured,
  defineScenario,
  eachOf,
  metric,
  type Circumstances,
} from '../harness/contract/scenario.ts';
import { AGENT_UNIT } from './agent-unit.ts';
import { processesOf } from './instance-processes.ts';

/** What the host and the instance itself tell of a process alike. */
type InstanceProcess = Pick<GuestProcess, 'unit' | 'pssBytes' | 'ussBytes' | 'pssAnonBytes'>;

/** What a row is made of. */
interface Readings {
  timing: Timing | undefined;
  inside: InsideReading | undefined;
  units: UnitsReading;
  processes: readonly InstanceProcess[];
}

/** PID 1 itself: no service, and the largest thing that every instance brings again. */
const MANAGER_UNIT = 'init.scope';
const MANAGER_TITLE = 'System and Service Manager';
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
  // Memory is read once the instance has settled, and so are the services, whichever scenarios stand beside this one.
  needs: ['timing', 'memory', 'inside', 'units'],
  // What the processes take is read of `memory` or of `inside`, whichever knows whose they are.
  madeOf: eachOf(
    [
      'services.running',
      'services.repeated',
      'services.repeated-anon',
      'services.duplicated',
      'services.pss',
      'services.duplicated-pss',
      'services.failed',
      'services.restarts',
    ],
    ['units'],
  ),
  metrics: [
    metric(
      'services.running',
      'count',
      'headline',
      'Running services',
      "Units of the image with live processes once settled, whatever state systemd has them in: services and PID 1 itself, without twinboot's agent.",
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
      'Sum of the anonymous PSS (Pss_Anon) of all their processes: what each further instance takes anew. Pages of programs and libraries, which instances may share, are not in it.',
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
      'Sum of the PSS of all processes of running units: as the host sees them, or inside the instance where the host does not see whose they are (VMs).',
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
      'Failed units',
      'Units of the image, of any type, that have failed, and services that systemd keeps starting again because they end (`auto-restart`).',
    ),
    metric(
      'services.restarts',
      'count',
      'detail',
      'Restarts of services',
      'How often systemd has started a service again because it had ended (NRestarts), all services together.',
    ),
  ],

  measure({ timing, memory, inside, units }, circumstances, whyAbsent) {
    const measured = createMeasured();
    const { put, details } = measured;
    if (units === undefined) return measured;
    const processes = processesOf<InstanceProcess>(memory, inside, circumstances.kind);
    const rows = ledgerOf({ timing, inside, units, processes: processes ?? [] }, circumstances);
    // A unit that has failed may have left processes behind: their memory is taken all the same.
    const running = rows.filter((row) => row.state === 'running' || row.pssBytes !== undefined);
    const repeated = rows.filter((row) => row.repeated === true);
    const duplicated = rows.filter((row) => row.duplicated);
    const putSum = (id: string, of: readonly LedgerRow[], field: 'pssBytes' | 'anonBytes'): void => {
      const { bytes, reason } = sumOf(of, field);
      put(id, bytes, processes === undefined ? whyAbsent('inside') : reason);
    };
    put('services.running', running.length, '');
    put('services.repeated', repeated.length, '');
    putSum('services.repeated-anon', repeated, 'anonBytes');
    put('services.duplicated', duplicated.length, '');
    putSum('services.pss', running, 'pssBytes');
    putSum('services.duplicated-pss', duplicated, 'pssBytes');
    put('services.failed', rows.filter((row) => row.state === 'failed').length, '');
    put(
      'services.restarts',
      rows.reduce((sum, { restarts = 0 }) => sum + restarts, 0),
      '',
    );
    details.services = rows;
    return measured;
  },
});

/** One service that could not be read would make the sum look smaller, so then there is none. */
function sumOf(
  rows: readonly LedgerRow[],
  field: 'pssBytes' | 'anonBytes',
): { bytes: number | undefined; reason: string } {
  const unread = rows.filter((row) => row[field] === undefined).map(({ service }) => service);
  return {
    bytes: unread.length > 0 ? undefined : rows.reduce((sum, row) => sum + (row[field] ?? 0), 0),
    reason: `no process could be read of ${formatSome(unread)}`,
  };
}

/** One row for every service of the image, for PID 1, and for any other unit that failed. */
function ledgerOf(readings: Readings, circumstances: Circumstances): LedgerRow[] {
  const { units, unitFiles } = readings.units;
  const loaded = [...units.values()].filter(
    (unit) =>
      unit.loadState !== 'not-found' && (unit.id.endsWith('.service') || unit.activeState === 'failed'),
  );
  const others = [...ALWAYS, ...installedServices(unitFiles)].filter(
    (name) => !loaded.some(({ names }) => names.includes(name)),
  );
  const names = new Set([...loaded.map(({ id }) => id), ...others]);
  names.delete(AGENT_UNIT);
  return [MANAGER_UNIT, ...[...names].sort()].map((name) => rowOf(name, readings, circumstances));
}

/** A template (`getty@.service`) is no service until it has an instance, and an alias is a second name of one. */
function installedServices(unitFiles: ReadonlyMap<string, string>): string[] {
  return [...unitFiles].flatMap(([name, state]) => (name.includes('@.') || state === 'alias' ? [] : [name]));
}

function rowOf(service: string, readings: Readings, { onHost }: Circumstances): LedgerRow {
  const { timing, units } = readings;
  const unit = units.units.get(service);
  const cost = costOf(service, readings);
  const hasProcesses = cost.pssBytes !== undefined;
  const { state, reason } = service === MANAGER_UNIT ? RUNNING : stateSeen(service, readings, hasProcesses);
  const isAlive = state === 'running' || hasProcesses;
  const aliases = unit?.names.filter((name) => name !== service) ?? [];
  const host = hostOf([service, ...aliases], onHost);
  const startMs =
    unit?.startedMs === undefined || timing === undefined ? undefined : unit.startedMs + timing.guestOffsetMs;
  return {
    service,
    ...(aliases.length === 0 ? {} : { aliases }),
    ...optional('title', service === MANAGER_UNIT ? MANAGER_TITLE : shortTitle(unit)),
    host,
    state,
    ...optional('reason', reason),
    ...cost,
    ...optional('startMs', startMs),
    ...optional('durationMs', unit === undefined ? undefined : durationOf(unit)),
    ...(unit === undefined || unit.restarts === 0 ? {} : { restarts: unit.restarts }),
    duplicated: isAlive && host === 'running',
    repeated: isAlive && isOfEveryInstance(service),
  };
}

/** The host runs a service under any of its names. */
function hostOf(names: readonly string[], onHost: Circumstances['onHost']): LedgerRow['host'] {
  const answers = names.map(onHost);
  return answers.find((answer) => answer === 'running') ?? answers[0] ?? 'unknown';
}

/** A description that is longer belongs to a generated unit: a row says what it is, and does not carry all of it. */
const TITLE_CHARACTERS = 200;

function shortTitle(unit: Unit | undefined): string | undefined {
  const title = unit?.description;
  return title === undefined || title.length <= TITLE_CHARACTERS
    ? title
    : `${title.slice(0, TITLE_CHARACTERS)}…`;
}

function costOf(
  service: string,
  { inside, units, processes }: Readings,
): Pick<LedgerRow, 'pssBytes' | 'ussBytes' | 'anonBytes' | 'cpuMs'> {
  const own = processes.filter(({ unit }) => unit === service);
  if (own.length === 0) return {};
  const total = (field: 'pssBytes' | 'ussBytes' | 'pssAnonBytes'): number =>
    own.reduce((sum, process) => sum + process[field], 0);
  return {
    pssBytes: total('pssBytes'),
    ussBytes: total('ussBytes'),
    anonBytes: total('pssAnonBytes'),
    // systemd counts the CPU time of ended processes too, where it counts at all (CPUUsageNSec).
    ...optional('cpuMs', units.units.get(service)?.cpuMs ?? cpuOf(inside?.processes, service)),
  };
}

function cpuOf(processes: readonly GuestProcess[] | undefined, service: string): number | undefined {
  const own = processes?.filter(({ unit }) => unit === service) ?? [];
  const times = own.flatMap(({ cpuMs }) => cpuMs ?? []);
  const isWhole = own.length > 0 && times.length === own.length;
  return isWhole ? times.reduce((sum, cpuMs) => sum + cpuMs, 0) : undefined;
}

/** Of its start: until it was active, or until it failed or ended without having been so. */
function durationOf(unit: Unit): number | undefined {
  const doneMs = doneStarting(unit);
  return doneMs === undefined || unit.startedMs === undefined ? undefined : doneMs - unit.startedMs;
}

type State = Pick<LedgerRow, 'state' | 'reason'>;

const RUNNING: State = { state: 'running' };

/** What the manager says of a service, held against whether any process of it lives. */
function stateSeen(service: string, { units, processes }: Readings, hasProcesses: boolean): State {
  const unit = units.units.get(service);
  const told = stateOf(unit, units.unitFiles.get(service), units.failedConditions.get(service), (of) =>
    unmetRequirements(units, of),
  );
  if (hasProcesses) return whileAlive(told);
  // Where no process at all could be read, that none of this one was proves nothing.
  return processes.length > 0 ? whileRestarted(told, unit) : told;
}

/**
 * A unit with live processes runs, whatever the manager calls its state: one whose start or stop is not over, and one
 * that ended and left processes behind. One that has failed stays failed.
 */
function whileAlive({ state, reason }: State): State {
  if (state === 'running') return { state, ...optional('reason', reason) };
  const words = `${reason ?? 'its command has ended'}; processes of it live`;
  return { state: state === 'failed' ? 'failed' : 'running', reason: words };
}

/** A unit that ends over and over is met now between two starts, now in the instant of one: it has failed in both. */
function whileRestarted(told: State, unit: Unit | undefined): State {
  const isBetween = unit !== undefined && unit.restarts > 0 && ['running', 'unknown'].includes(told.state);
  return isBetween ? { state: 'failed', reason: `${restartWords(unit)}; no process of it lived` } : told;
}

function stateOf(
  unit: Unit | undefined,
  fileState: string | undefined,
  failedConditions: string[] | undefined,
  unmet: (unit: Unit) => string[],
): State {
  if (unit === undefined || unit.loadState === 'not-found') {
    if (fileState === undefined) return { state: 'not-installed', reason: 'the image has no such unit' };
    if (fileState.startsWith('masked')) return { state: 'masked', reason: 'masked' };
    return { state: 'inactive', reason: `nothing asks for it (${fileState})` };
  }
  if (unit.loadState === 'masked') return { state: 'masked', reason: 'masked' };
  if (unit.activeState === 'active') {
    return unit.subState === 'running'
      ? { state: 'running', ...(unit.restarts > 0 && { reason: restartWords(unit) }) }
      : { state: 'exited' };
  }
  if (unit.activeState === 'failed') return { state: 'failed', reason: `result: ${unit.result}` };
  if (unit.subState.startsWith('auto-restart')) {
    return { state: 'failed', reason: `${restartWords(unit)}; result: ${unit.result}` };
  }
  if (unit.activeState !== 'inactive')
    return { state: 'unknown', reason: `${unit.activeState} (${unit.subState})` };
  if (unit.loadState !== 'loaded') return { state: 'unknown', reason: `not loaded (${unit.loadState})` };
  if (unit.conditionChecked && !unit.conditionMet) {
    return { state: 'skipped', reason: failedConditions?.join(', ') ?? 'a condition was not met' };
  }
  if (unit.startedMs !== undefined) return { state: 'inactive', reason: 'ran and ended' };
  const lacking = unmet(unit);
  const reason =
    lacking.length === 0
      ? 'nothing asked for it'
      : `asked for, but it requires ${formatSome(lacking)}, which did not come up`;
  return { state: 'inactive', reason };
}

function restartWords({ restarts }: Unit): string {
  return restarts === 0 ? 'ended, and is to be started again' : `ended and started again, ${restarts} times`;
}

function optional<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> {
  return value === undefined ? {} : ({ [key]: value } as Record<Key, Value>);
}
