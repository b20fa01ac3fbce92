import { formatWhole } from '../../../core/units.ts';
import { hostFiles } from './files.ts';
import type { HostLimit, LimitFiles, LimitReading, NeedKind } from './limit.ts';
import { hostLimits, readLimits, type LimitReadings } from './registry.ts';

/** What one instance takes, by the limit's id. */
export type LimitNeeds = ReadonlyMap<string, number>;

/**
 * The built-in estimates: what a Debian with systemd has 3 s after `ready`, by the runtime of the kind that takes most.
 * Where udev runs in a container (a writable /sys), its workers have some twenty inotify instances more for a while.
 */
export function usualNeeds(kind: NeedKind): LimitNeeds {
  return new Map(hostLimits.map(({ id, needs }) => [id, needs[kind]]));
}

/**
 * What the live instances really take each, where the kernel counts it; of the rest, `usual`. With few instances, what
 * else begins or ends on the host meanwhile is in it.
 */
export function forecastLimits(
  before: LimitReadings,
  now: LimitReadings,
  live: number,
  usual: LimitNeeds,
): LimitNeeds {
  return new Map(
    [...usual].map(([id, need]) => {
      const [usedBefore, usedNow] = [before.get(id)?.used, now.get(id)?.used];
      const known = live > 0 && usedBefore !== undefined && usedNow !== undefined;
      return [id, known ? Math.max(0, usedNow - usedBefore) / live : need];
    }),
  );
}

/** A limit of the host that so many instances run into. */
export interface LimitFinding extends LimitReading {
  /** Stable: the limit's. */
  id: string;
  title: string;
  /** What one instance takes. */
  perInstance: number;
  /** What all instances take together with everybody else on the host. */
  need: number;
  /** How many instances fit in all, those that live already included. */
  fits: number;
  /** What happens, in one sentence. */
  message: string;
  /** What to do about it. */
  hint: string;
}

export interface FleetSize {
  /** How many instances there are to be at once. */
  target: number;
  /** How many of them live already: these are in what is used. */
  live: number;
}

/** The limits at which so many instances fail, the tightest first; none where all of them fit. */
export function limitsThatBite(fleet: FleetSize, readings: LimitReadings, needs: LimitNeeds): LimitFinding[] {
  const fatal = hostLimits.filter(({ tolerated }) => tolerated === undefined);
  return outgrown(fatal, fleet, readings, needs);
}

/**
 * Looks at this host before anything is booted, with the built-in estimates. After the limits at which instances fail
 * come those that they can do without, so that all of a fleet are alike where these too are raised.
 */
export function checkLimits(kind: NeedKind, target: number, files: LimitFiles = hostFiles()): LimitFinding[] {
  const [fleet, readings, needs] = [{ target, live: 0 }, readLimits(files), usualNeeds(kind)];
  const tolerated = hostLimits.filter((limit) => limit.tolerated !== undefined);
  return [...limitsThatBite(fleet, readings, needs), ...outgrown(tolerated, fleet, readings, needs)];
}

function outgrown(
  limits: readonly HostLimit[],
  { target, live }: FleetSize,
  readings: LimitReadings,
  needs: LimitNeeds,
): LimitFinding[] {
  const findings = limits.flatMap((limit) => {
    const now = readings.get(limit.id);
    const perInstance = needs.get(limit.id) ?? 0;
    if (now === undefined || perInstance === 0) return [];
    // Where nobody counts, the live ones are not in what is used.
    const counted = now.used === undefined ? 0 : live;
    const used = now.used ?? 0;
    const need = Math.ceil(used + (target - counted) * perInstance);
    if (need <= now.limit) return [];
    const fits = Math.max(live, counted + Math.floor((now.limit - used) / perInstance));
    const sizes = { perInstance, need, fits };
    return [
      { ...now, ...sizes, id: limit.id, title: limit.title, ...findingText(limit, now, target, sizes) },
    ];
  });
  return findings.sort((a, b) => a.fits - b.fits);
}

function findingText(
  limit: HostLimit,
  now: LimitReading,
  target: number,
  { need, fits }: { need: number; fits: number },
): { message: string; hint: string } {
  const others =
    now.used === undefined || now.used === 0 ? '' : `, of which ${formatWhole(now.used)} are taken`;
  const beyond = limit.tolerated === undefined ? '' : `; beyond that, ${limit.tolerated}`;
  return {
    message:
      `${formatWhole(target)} instances need about ${formatWhole(rounded(need))} ${limit.noun}, ` +
      `this host allows ${formatWhole(now.limit)}${others} (${limit.where}): about ${formatWhole(fits)} fit${beyond}`,
    hint: howToRaise(limit, rounded(need)),
  };
}

/** One sentence: how the limit is raised to at least `need`. */
export function howToRaise({ knob, where }: HostLimit, need: number): string {
  switch (knob?.kind) {
    case 'sysctl':
      return `--raise-limits raises it for this run, or: sysctl -w ${knob.name}=${Math.min(need, knob.most)}`;
    case 'own-open-files':
      return `--raise-limits raises it for this run, or before it: ulimit -n ${need}`;
    case undefined:
      return `whoever set ${where} must raise it: twinboot does not`;
  }
}

/** Upwards to two digits that count: more would look measured. */
function rounded(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, count))) - 1);
  return Math.ceil(count / unit) * unit;
}
