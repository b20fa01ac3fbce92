import { limits, tooMany } from './answer-limits.ts';

/** A unit as the guest's service manager describes it. Every text is untrusted. */
export interface Unit {
  id: string;
  /**
   * Every name that it goes by, its id among them: `dbus.service` is an alias of dbus-broker.service where that is
   * used.
   */
  names: string[];
  description: string;
  loadState: string;
  activeState: string;
  subState: string;
  unitFileState: string;
  result: string;
  type: string;
  conditionMet: boolean;
  /** The manager looked at the unit's conditions, so it was to be started. */
  conditionChecked: boolean;
  /** Guest CLOCK_MONOTONIC, ms; `undefined` where it never happened. */
  startedMs: number | undefined;
  activeMs: number | undefined;
  /** When it last ceased to run, or failed. */
  endedMs: number | undefined;
  /** How often the manager has started it again because it ended (NRestarts). */
  restarts: number;
  /** Units that it starts after, where they were asked for. */
  after: string[];
  /** Units without which it does not start (Requires=, Requisite=, BindsTo=). */
  requires: string[];
  /** Units whose start asks for its own (WantedBy=, RequiredBy=). */
  askedForBy: string[];
  cpuMs: number | undefined;
}

/** The manager's own milestones: guest CLOCK_MONOTONIC, ms (org.freedesktop.systemd1(5)). */
export interface Manager {
  version: string;
  /** When the distribution's PID 1 began. */
  userspaceMs: number | undefined;
  /** When the boot's job queue was empty. */
  finishedMs: number | undefined;
}

export interface UnitReport {
  manager: Manager;
  units: Map<string, Unit>;
}

/**
 * The answer to `units`: blocks of `Key=value` lines separated by empty lines, the first one the manager's
 * (`systemctl show`, systemctl(1)). A block without an Id is passed over. Errors: `agent-answer-too-long` above the
 * limits of units and of names: a part of them would be taken for all.
 */
export function parseUnits(lines: readonly string[]): UnitReport {
  const manager: Manager = { version: '', userspaceMs: undefined, finishedMs: undefined };
  const units = new Map<string, Unit>();
  let words = 0;
  for (const block of blocksOf(lines)) {
    const id = block.get('Id');
    if (id === undefined) continue;
    if (id === 'manager') {
      manager.version = block.get('Version') ?? '';
      manager.userspaceMs = usecField(block, 'UserspaceTimestampMonotonic');
      manager.finishedMs = usecField(block, 'FinishTimestampMonotonic');
      continue;
    }
    for (const key of LISTS) words += wordsIn(block.get(key) ?? '');
    if (words > limits.words) throw tooMany('names in lists', limits.words);
    units.set(id, toUnit(id, block));
    if (units.size > limits.items) throw tooMany('units', limits.items);
  }
  return { manager, units };
}

/** The unit that goes by this name, as its id or as an alias. */
export function unitNamed({ units }: Pick<UnitReport, 'units'>, name: string): Unit | undefined {
  return units.get(name) ?? aliasesOf(units).get(name);
}

/** Every name of every unit; the first unit that has it. Made once for a report: each unit asks for many. */
function aliasesOf(units: UnitReport['units']): Map<string, Unit> {
  const known = indexes.get(units);
  if (known !== undefined) return known;
  const aliases = new Map<string, Unit>();
  for (const unit of units.values()) {
    for (const name of unit.names) if (!aliases.has(name)) aliases.set(name, unit);
  }
  indexes.set(units, aliases);
  return aliases;
}

const indexes = new WeakMap<UnitReport['units'], Map<string, Unit>>();

/** What a unit waited for last. */
export interface WaitedFor {
  unit: string;
  /** How long that took to become active, or to end where it never did. */
  durationMs: number;
}

/** A target follows the last unit that it waits for at once; on an emulated CPU that takes a while. */
const AT_ONCE_MS = 1000;

/**
 * Of the units that `name` starts after, the one that let it wait to the end: the last to become active, or to fail or
 * end, before it became active itself. Where none did so just then, it waited for a unit to stop. `undefined` where its
 * order is not known.
 */
export function lastBefore(report: Pick<UnitReport, 'units'>, name: string): WaitedFor | undefined {
  const { activeMs, after = [] } = unitNamed(report, name) ?? {};
  if (activeMs === undefined) return undefined;
  const units = after.flatMap((id) => unitNamed(report, id) ?? []);
  const lastDone = lastOf(units, doneStarting, activeMs);
  const found =
    lastDone !== undefined && activeMs - lastDone.atMs <= AT_ONCE_MS
      ? lastDone
      : (lastOf(units, ({ endedMs }) => endedMs, activeMs, lastDone?.atMs) ?? lastDone);
  if (found?.unit.startedMs === undefined) return undefined;
  return { unit: found.unit.id, durationMs: found.atMs - found.unit.startedMs };
}

/**
 * The chain of units that a boot waited for up to `name`, in the order of time: before each stands, of the units that
 * it starts after, the one whose start was over last, as systemd-analyze(1) has it. Units that were not asked about
 * (mounts, sockets, other targets) are no part of it, so a gap in time may be theirs. Empty where `name` never became
 * active.
 */
export function criticalChain(report: Pick<UnitReport, 'units'>, name: string): string[] {
  const chain: string[] = [];
  let unit = unitNamed(report, name);
  while (unit?.startedMs !== undefined && doneStarting(unit) !== undefined && !chain.includes(unit.id)) {
    chain.unshift(unit.id);
    const before = unit.after.flatMap((id) => unitNamed(report, id) ?? []);
    unit = lastOf(before, doneStarting, unit.startedMs)?.unit;
  }
  return chain;
}

/** The unit with the latest time that lies after `afterMs` and not after `untilMs`. */
function lastOf(
  units: readonly Unit[],
  timeOf: (unit: Unit) => number | undefined,
  untilMs: number,
  afterMs = -Infinity,
): { unit: Unit; atMs: number } | undefined {
  let last: { unit: Unit; atMs: number } | undefined;
  for (const unit of units) {
    const atMs = timeOf(unit);
    if (atMs === undefined || atMs > untilMs || atMs <= (last?.atMs ?? afterMs)) continue;
    last = { unit, atMs };
  }
  return last;
}

/**
 * Why a unit that was asked for never started: the units that it requires and that failed, or were never started
 * themselves. Empty where it was not asked for, or where that is not why.
 */
export function unmetRequirements(report: Pick<UnitReport, 'units'>, unit: Unit): string[] {
  if (!unit.askedForBy.some((name) => unitNamed(report, name)?.activeState === 'active')) return [];
  return unit.requires.filter((name) => {
    const required = unitNamed(report, name);
    return required !== undefined && (required.activeState === 'failed' || wasPassedOver(required));
  });
}

/** One that is skipped for its conditions counts as started (systemd.unit(5), Requires=). */
function wasPassedOver({ activeState, startedMs, conditionChecked }: Unit): boolean {
  return activeState === 'inactive' && startedMs === undefined && !conditionChecked;
}

/**
 * When its start was over: it became active, or it failed or ended without having been so. Guest CLOCK_MONOTONIC, ms.
 */
export function doneStarting({ startedMs, activeMs, endedMs }: Unit): number | undefined {
  if (startedMs === undefined) return undefined;
  const over = [activeMs, endedMs].filter((ms) => ms !== undefined && ms >= startedMs);
  return over.length === 0 ? undefined : Math.min(...(over as number[]));
}

/** One after the other: what is made of one may be too much already. */
function* blocksOf(lines: readonly string[]): Generator<Map<string, string>> {
  let current = new Map<string, string>();
  for (const line of lines) {
    const equals = line.indexOf('=');
    if (line === '') {
      if (current.size > 0) yield current;
      current = new Map();
    } else if (equals > 0) current.set(line.slice(0, equals), line.slice(equals + 1));
  }
  if (current.size > 0) yield current;
}

/** Fields that list units' names. */
const LISTS = ['Names', 'After', 'Requires', 'Requisite', 'BindsTo', 'WantedBy', 'RequiredBy'];

/** How many words stand between single blanks, without making them. */
function wordsIn(text: string): number {
  if (text === '') return 0;
  let count = 1;
  for (let at = text.indexOf(' '); at !== -1; at = text.indexOf(' ', at + 1)) count += 1;
  return count;
}

function toUnit(id: string, block: Map<string, string>): Unit {
  const text = (key: string): string => block.get(key) ?? '';
  const cpuNs = wholeNumber(text('CPUUsageNSec'));
  const words = (key: string): string[] =>
    text(key)
      .split(' ')
      .filter((word) => word !== '');
  return {
    id,
    names: [...new Set([id, ...words('Names')])],
    description: text('Description'),
    loadState: text('LoadState'),
    activeState: text('ActiveState'),
    subState: text('SubState'),
    unitFileState: text('UnitFileState'),
    result: text('Result'),
    type: text('Type'),
    conditionMet: text('ConditionResult') === 'yes',
    conditionChecked: usecField(block, 'ConditionTimestampMonotonic') !== undefined,
    startedMs: usecField(block, 'InactiveExitTimestampMonotonic'),
    activeMs: usecField(block, 'ActiveEnterTimestampMonotonic'),
    endedMs: usecField(block, 'InactiveEnterTimestampMonotonic'),
    restarts: wholeNumber(text('NRestarts')) ?? 0,
    after: words('After'),
    requires: ['Requires', 'Requisite', 'BindsTo'].flatMap(words),
    askedForBy: ['WantedBy', 'RequiredBy'].flatMap(words),
    cpuMs: cpuNs === undefined ? undefined : cpuNs / 1e6,
  };
}

/** 0 is systemd's word for "never". */
function usecField(block: Map<string, string>, key: string): number | undefined {
  const usec = wholeNumber(block.get(key) ?? '');
  return usec === undefined || usec === 0 ? undefined : usec / 1000;
}

/** Up to 15 digits: exact in a double. `[not set]` and 2^64 − 1 mean "unknown". */
function wholeNumber(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/**
 * Services installed in the image but not loaded, from `systemctl list-unit-files`: name → state (`masked`, …).
 * Errors: `agent-answer-too-long`.
 */
export function parseUnitFiles(lines: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of lines) {
    const [name, state] = line.trim().split(/\s+/);
    if (name !== undefined && state !== undefined && name.endsWith('.service')) files.set(name, state);
    if (files.size > limits.items) throw tooMany('unit files', limits.items);
  }
  return files;
}
