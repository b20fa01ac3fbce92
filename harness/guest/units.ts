/** A unit as the guest's service manager describes it. Every text is untrusted. */
export interface Unit {
  id: string;
  /** Every name that it goes by, its id among them: `dbus.service` is an alias of dbus-broker.service where that is used. */
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
 * (`systemctl show`, systemctl(1)). A block without an Id is passed over.
 */
export function parseUnits(lines: readonly string[]): UnitReport {
  const manager: Manager = { version: '', userspaceMs: undefined, finishedMs: undefined };
  const units = new Map<string, Unit>();
  for (const block of blocksOf(lines)) {
    const id = block.get('Id');
    if (id === undefined) continue;
    if (id === 'manager') {
      manager.version = block.get('Version') ?? '';
      manager.userspaceMs = usecField(block, 'UserspaceTimestampMonotonic');
      manager.finishedMs = usecField(block, 'FinishTimestampMonotonic');
    } else units.set(id, toUnit(id, block));
  }
  return { manager, units };
}

/** The unit that goes by this name, as its id or as an alias. */
export function unitNamed({ units }: Pick<UnitReport, 'units'>, name: string): Unit | undefined {
  return units.get(name) ?? [...units.values()].find(({ names }) => names.includes(name));
}

/** What a unit waited for last. */
export interface WaitedFor {
  unit: string;
  /** How long that took to become active, or to end where it never did. */
  durationMs: number;
}

/**
 * Of the units that `name` starts after, the one that let it wait to the end: the last to become active, or to fail or
 * end, before it became active itself. `undefined` where its order is not known.
 */
export function lastBefore(report: Pick<UnitReport, 'units'>, name: string): WaitedFor | undefined {
  const { activeMs, after = [] } = unitNamed(report, name) ?? {};
  if (activeMs === undefined) return undefined;
  let last: { unit: Unit; doneMs: number } | undefined;
  for (const unit of after.flatMap((id) => unitNamed(report, id) ?? [])) {
    const doneMs = doneStarting(unit);
    if (doneMs === undefined || doneMs > activeMs || (last !== undefined && doneMs <= last.doneMs)) continue;
    last = { unit, doneMs };
  }
  return last?.unit.startedMs === undefined
    ? undefined
    : { unit: last.unit.id, durationMs: last.doneMs - last.unit.startedMs };
}

/** When its start was over: it became active, or it failed or ended without having been so. Guest CLOCK_MONOTONIC, ms. */
export function doneStarting({ startedMs, activeMs, endedMs }: Unit): number | undefined {
  if (startedMs === undefined) return undefined;
  const over = [activeMs, endedMs].filter((ms) => ms !== undefined && ms >= startedMs);
  return over.length === 0 ? undefined : Math.min(...(over as number[]));
}

function blocksOf(lines: readonly string[]): Map<string, string>[] {
  const blocks: Map<string, string>[] = [];
  let current = new Map<string, string>();
  for (const line of [...lines, '']) {
    const equals = line.indexOf('=');
    if (line === '') {
      if (current.size > 0) blocks.push(current);
      current = new Map();
    } else if (equals > 0) current.set(line.slice(0, equals), line.slice(equals + 1));
  }
  return blocks;
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

/** Services installed in the image but not loaded, from `systemctl list-unit-files`: name → state (`masked`, …). */
export function parseUnitFiles(lines: readonly string[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const line of lines) {
    const [name, state] = line.trim().split(/\s+/);
    if (name !== undefined && state !== undefined && name.endsWith('.service')) files.set(name, state);
  }
  return files;
}
