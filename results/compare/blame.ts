import { pairUp } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { formatMs } from '../../core/units.ts';
import { formatCount, formatSome } from '../../core/words.ts';
import type { LedgerRow, Metric, RunRecord, Sample } from '../record.ts';
import { measuredSamples, readingOf } from '../samples.ts';
import { median, quantile } from '../statistics/quantile.ts';
import { packageChanges, type PackageChange } from './packages.ts';
import type { PooledSide } from './pool.ts';
import { ledgersByBoot } from './series.ts';

/** One thing that takes more of a boot in NEW than in BASE; medians over the boots. */
export interface Contribution {
  /** `phase`: between two rungs. `unit`: the start of a service. Phases add up; units start beside each other. */
  kind: 'phase' | 'unit';
  /** `basic to multi-user`, `nginx.service`. Untrusted text of a guest. */
  name: string;
  /** ms; absent where most boots of that side had no such thing before the rung. */
  baseMs?: number;
  nextMs?: number;
  /** ms, above 0. */
  deltaMs: number;
}

/** Why a point in time of a boot comes later than it did: hints from the same boots, by medians and without a test. */
export interface Blame {
  /** By how much the rung is later, ms. */
  deltaMs: number;
  /** What stands out, the most first. */
  contributions: Contribution[];
  /** Why units could not be looked at. */
  withoutUnits?: string;
  /** Packages of the image that changed: those that are called like a unit above first. */
  packages: PackageChange[];
  /** The image's kernels, where they differ. */
  kernel?: { base: string; next: string };
}

/** What accounts for less of the delay does not stand out. */
const TELLING_SHARE = 0.1;
/** ms: nor does what is so little. */
const TELLING_MS = 1;

/**
 * What a rung's delay is made of: the phases between the rungs before it, and the services that began to start before
 * it. Named is what grew by a tenth of the delay and by 1 ms, and whose middle halves of the two sides do not overlap.
 * `undefined` where the rung is not later.
 */
export function blameFor(
  base: PooledSide,
  next: PooledSide,
  { scenario, metric, runtime }: { scenario: string; metric: string; runtime: string },
): Blame | undefined {
  const rungs = next.records[0].scenarios
    .filter(({ id }) => id === scenario)
    .flatMap(({ metrics }) => metrics.filter(({ role, unit }) => role === 'rung' && unit === 'ms'));
  const rung = rungs.find(({ id }) => id === metric);
  if (rung === undefined) return undefined;
  const sides = {
    base: climbsOf(base, scenario, rungs, runtime),
    next: climbsOf(next, scenario, rungs, runtime),
  };
  const deltaMs = (reachedMs(sides.next, rung) ?? NaN) - (reachedMs(sides.base, rung) ?? NaN);
  if (!(deltaMs > 0)) return undefined;

  const units = unitContributions(base, next, runtime, { ...sides, rung });
  const contributions = [...phaseContributions(sides, rungs, rung), ...(units ?? [])]
    .filter((one) => one.deltaMs >= Math.max(TELLING_MS, TELLING_SHARE * deltaMs))
    .sort((a, b) => b.deltaMs - a.deltaMs);
  const [before, after] = [base.records[0].image, next.records[0].image];
  return {
    deltaMs,
    contributions,
    ...(units === undefined && { withoutUnits: 'a side has no times of services (scenario services)' }),
    packages: byUnits(packageChanges(before, after), contributions),
    ...(before.kernel !== after.kernel && { kernel: { base: before.kernel, next: after.kernel } }),
  };
}

/** When each boot reached its rungs, by the id of the metric: ms. */
interface Climb {
  boot: string;
  atMs: ReadonlyMap<string, number>;
}

function climbsOf(
  { records }: PooledSide,
  scenario: string,
  rungs: readonly Metric[],
  runtime: string,
): Climb[] {
  return records.flatMap((record) =>
    measuredSamples(record, scenario, runtime).map((sample) => ({
      boot: bootOf(record, sample),
      atMs: new Map(rungs.flatMap((rung) => pairUp(rung.id, readingOf(sample, rung).value))),
    })),
  );
}

/** Boots of pooled records may have the same names. */
function bootOf({ id }: RunRecord, { boot }: Sample): string {
  return `${id} ${boot}`;
}

function reachedMs(climbs: readonly Climb[], { id }: Pick<Metric, 'id'>): number | undefined {
  return median(climbs.flatMap(({ atMs }) => atMs.get(id) ?? []));
}

interface Sides {
  base: readonly Climb[];
  next: readonly Climb[];
}

/** Between rungs that both sides reach before this one, in BASE's order. */
function phaseContributions({ base, next }: Sides, rungs: readonly Metric[], rung: Metric): Contribution[] {
  const [baseMs = NaN, nextMs = NaN] = [reachedMs(base, rung), reachedMs(next, rung)];
  const reached = rungs
    .map((one) => ({ rung: one, baseMs: reachedMs(base, one), nextMs: reachedMs(next, one) }))
    .filter((one) => (one.baseMs ?? Infinity) <= baseMs && (one.nextMs ?? Infinity) <= nextMs)
    .sort((a, b) => (a.baseMs ?? 0) - (b.baseMs ?? 0));
  return reached.flatMap(({ rung: to }, index) => {
    const from = reached[index - 1]?.rung;
    const durations = (climbs: readonly Climb[]): number[] =>
      climbs.flatMap(({ atMs }) => {
        const start = from === undefined ? 0 : atMs.get(from.id);
        const end = atMs.get(to.id);
        return start === undefined || end === undefined ? [] : [end - start];
      });
    const name = `${from?.title ?? 't0'} to ${to.title}`;
    return contributionOf('phase', name, durations(base), durations(next));
  });
}

/** Of services whose start began before the rung of the same boot. `undefined` where a side has no times of units. */
function unitContributions(
  base: PooledSide,
  next: PooledSide,
  runtime: string,
  climbs: Sides & { rung: Metric },
): Contribution[] | undefined {
  const before = startsOf(base, runtime, climbs.base, climbs.rung);
  const after = startsOf(next, runtime, climbs.next, climbs.rung);
  // Baselines that an older twinboot kept have ledgers without times.
  const isTimed = (boots: readonly Starts[]): boolean => boots.some(({ size }) => size > 0);
  if (!isTimed(before) || !isTimed(after)) return undefined;
  const names = new Set([...before, ...after].flatMap((boot) => [...boot.keys()]));
  return [...names].flatMap((name) => {
    const durations = (boots: readonly Starts[]): number[] => boots.map((boot) => boot.get(name) ?? 0);
    const isRare = (boots: readonly Starts[]): boolean =>
      boots.filter((boot) => boot.has(name)).length <= boots.length / 2;
    return contributionOf('unit', name, durations(before), durations(after)).map((one) => {
      const { baseMs, nextMs, ...rest } = one;
      return {
        ...rest,
        ...(!isRare(before) && baseMs !== undefined && { baseMs }),
        ...(!isRare(after) && nextMs !== undefined && { nextMs }),
      };
    });
  });
}

/** How long the start of each service of a boot took, ms. */
type Starts = ReadonlyMap<string, number>;

function startsOf(
  { records }: PooledSide,
  runtime: string,
  climbs: readonly Climb[],
  { id }: Metric,
): Starts[] {
  const untilMs = new Map(climbs.flatMap(({ boot, atMs }) => pairUp(boot, atMs.get(id))));
  return records.flatMap((record) =>
    ledgersByBoot(record, runtime).flatMap(({ sample, ledger }) => {
      const until = untilMs.get(bootOf(record, sample));
      if (until === undefined) return [];
      return [new Map(ledger.services.flatMap((row) => startBefore(row, until)))];
    }),
  );
}

function startBefore({ service, startMs, durationMs }: LedgerRow, untilMs: number): [string, number][] {
  return startMs !== undefined && startMs <= untilMs ? pairUp(service, durationMs) : [];
}

/** None where it did not grow, or where the middle halves of the two sides overlap. */
function contributionOf(
  kind: Contribution['kind'],
  name: string,
  base: readonly number[],
  next: readonly number[],
): Contribution[] {
  const [baseMs, nextMs] = [median(base), median(next)];
  if (baseMs === undefined || nextMs === undefined || nextMs <= baseMs) return [];
  const areApart = (quantile(next, 0.25) ?? NaN) > (quantile(base, 0.75) ?? NaN);
  return areApart ? [{ kind, name: plainLine(name, 80), baseMs, nextMs, deltaMs: nextMs - baseMs }] : [];
}

/** Packages that share a word with a unit that stands out come first; the record does not say whose file a unit is. */
function byUnits(changes: readonly PackageChange[], contributions: readonly Contribution[]): PackageChange[] {
  const units = contributions.filter(({ kind }) => kind === 'unit').flatMap(({ name }) => wordsOf(name));
  const isNear = ({ name }: PackageChange): boolean => wordsOf(name).some((word) => units.includes(word));
  return [...changes.filter(isNear), ...changes.filter((change) => !isNear(change))];
}

/** Words of names that say nothing of whose they are. */
const COMMON_WORDS = new Set(['service', 'socket', 'mount', 'lib', 'the', 'server', 'common', 'systemd']);

function wordsOf(name: string): string[] {
  const words = name.toLowerCase().split(/[^a-z]+/u);
  return words.filter((word) => word.length >= 3 && !COMMON_WORDS.has(word));
}

/** How many lines name something that stands out. */
const MOST_LINES = 5;

/** A few lines for people, without a heading: `unit nginx.service: 140 ms, was 20 ms (+120 ms)`. */
export function blameLines(blame: Blame): string[] {
  const { contributions, withoutUnits, packages, kernel } = blame;
  const shown = contributions.slice(0, MOST_LINES);
  const more = contributions.length - shown.length;
  return [
    ...shown.map(contributionText),
    ...(more > 0 ? [`and ${formatCount(more, 'smaller part')}`] : []),
    ...(contributions.length > 0 ? [] : ['nothing stands out: no phase and no unit took clearly longer']),
    ...(withoutUnits === undefined ? [] : [`units are not known: ${withoutUnits}`]),
    ...(kernel === undefined ? [] : [plainLine(`kernel of the image: ${kernel.next}, was ${kernel.base}`)]),
    packages.length === 0
      ? 'packages of the image: the same'
      : plainLine(`packages of the image: ${formatSome(packages.map(packageText))}`, 400),
  ];
}

function contributionText({ kind, name, baseMs, nextMs, deltaMs }: Contribution): string {
  const was = baseMs === undefined ? 'not started before' : `was ${formatMs(baseMs)}`;
  return plainLine(
    `${kind} ${name}: ${nextMs === undefined ? '' : `${formatMs(nextMs)}, `}${was} (+${formatMs(deltaMs)})`,
  );
}

function packageText({ name, base, next }: PackageChange): string {
  if (base === undefined) return `${name} ${next ?? ''} added`;
  return next === undefined ? `${name} ${base} removed` : `${name} ${base} → ${next}`;
}
