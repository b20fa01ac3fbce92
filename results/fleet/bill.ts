import { formatBytes } from '../../core/units.ts';
import { formatList } from '../../core/words.ts';
import type { RuntimeKind } from '../record.ts';
import { isOfEveryInstance, noneDuplicatedNote } from '../repeated-services.ts';
import type { Density, DensityStep, ServiceCost, Slope } from './density.ts';
import { stepsWithInstances } from './figures.ts';
import type { Interval } from '../statistics/interval.ts';
import { fitSlope } from '../statistics/slope.ts';

/**
 * The bill for the services that every instance repeats, whatever the host runs: what one more instance pays for each
 * of them, and what that makes for many. Those that the host runs too are duplicated as well. It counts anonymous
 * memory (PSS) alone: what each instance has for itself wherever it runs. The pages of programs and libraries are
 * shared between containers of one image, and are part of a VM's page cache.
 */
export interface Bill {
  runtimes: BilledRuntime[];
  /** The best-known services first, then the manager and all others; last the sum of all. */
  rows: BillRow[];
}

export interface BilledRuntime {
  id: string;
  /** What people read. */
  name: string;
  kind: RuntimeKind;
  /** The most instances that were measured: whatever is said of more is extrapolated. */
  measured: number;
}

export interface BillRow {
  family: Family;
  title: string;
  /** Unit names that were seen; untrusted text from guests. */
  services: string[];
  /** Those of them that the host runs as well: they are duplicated. */
  duplicated: string[];
  /** Whether the host runs any of them. */
  host: ServiceCost['host'];
  /** One for each of the bill's runtimes. */
  charges: Charge[];
}

export type Family = 'udev' | 'dbus' | 'journald' | 'logind' | 'manager' | 'rest' | 'all';

/** What one more instance of a runtime pays, or that it does not run there, or that nobody could look. */
export type Charge =
  | {
      state: 'runs';
      bytes: number;
      /** 95 %; absent where it is a mean, or where there are too few steps. */
      interval?: Interval;
      /** The slope over the steps, or with a single step the mean over its instances. */
      basis: 'slope' | 'mean';
      /** In how many of the instances it runs at the last step, and of how many; of several services the most. */
      instances: number;
      live: number;
    }
  | { state: 'absent' }
  | { state: 'unread' };

/**
 * Rows only for families that were seen anywhere; `undefined` where no series tells of services. `detail: 'short'`
 * counts the manager among all others.
 */
export function billOf(
  series: readonly (Omit<BilledRuntime, 'measured'> & { density: Density })[],
  detail: 'full' | 'short' = 'full',
): Bill | undefined {
  const billed = series.map(({ density, ...runtime }) => ({ runtime, steps: stepsWithServices(density) }));
  if (billed.every(({ steps }) => steps.length === 0)) return undefined;
  return {
    runtimes: billed.map(({ runtime, steps }) => ({ ...runtime, measured: steps.at(-1)?.live ?? 0 })),
    rows: familiesFor(detail).flatMap((family) => {
      const found = billed.flatMap(({ steps }) => steps.flatMap((step) => servicesOf(step, family)));
      if (found.length === 0) return [];
      return [
        {
          family: family.id,
          title: family.title,
          services: namesOf(found),
          duplicated: namesOf(found.filter(({ host }) => host === 'running')),
          host: hostOf(found),
          charges: billed.map(({ steps }) => chargeOf(steps, family)),
        },
      ];
    }),
  };
}

/** Why none of the services on the bill is duplicated, where that is the host's doing. */
export function noneDuplicatedOf({ rows }: Bill): string | undefined {
  return noneDuplicatedNote(new Set(rows.map(({ host }) => host)));
}

/**
 * What `instances` instances pay, and its interval where one more has one; beyond the measured number, by proportion.
 */
export function costAt(
  charge: Charge,
  instances: number,
): { bytes: number; interval?: Interval } | undefined {
  if (charge.state !== 'runs') return undefined;
  const { bytes, interval } = charge;
  return {
    bytes: bytes * instances,
    ...(interval && { interval: { low: interval.low * instances, high: interval.high * instances } }),
  };
}

/**
 * `At 100 instances, D-Bus costs 102 MiB in containers (nspawn) and 160 MiB in VMs (qemu).` `undefined` where the
 * service was seen in none of the runtimes.
 */
export function billSentence(
  { runtimes, rows }: Bill,
  family: Family,
  instances: number,
): string | undefined {
  const row = rows.find((candidate) => candidate.family === family);
  if (row === undefined) return undefined;
  const places = runtimes.map(({ kind, name }, index) => {
    const charge = row.charges[index];
    const cost = charge && costAt(charge, instances);
    const place = `in ${kind === 'vm' ? 'VMs' : 'containers'} (${name})`;
    return { place, isAbsent: charge?.state === 'absent', bytes: cost?.bytes };
  });
  const costs = places.flatMap(({ place, bytes }) =>
    bytes === undefined ? [] : [`${formatBytes(bytes)} ${place}`],
  );
  if (costs.length === 0) return undefined;
  const absent = places.flatMap(({ place, isAbsent }) => (isAbsent ? [place] : []));
  const notThere = absent.length === 0 ? '' : `; ${formatList(absent)} it does not run`;
  return `At ${instances} instances, ${row.title} costs ${formatList(costs)}${notThere}.`;
}

/** `extrapolated from 20 (nspawn) and 4 (qemu) live instances`; `undefined` where so many were measured. */
export function extrapolationNote({ runtimes }: Bill, instances: number): string | undefined {
  const fewer = runtimes.filter(({ measured }) => measured > 0 && measured < instances);
  if (fewer.length === 0) return undefined;
  return `extrapolated from ${formatList(fewer.map(({ name, measured }) => `${measured} (${name})`))} live instances`;
}

interface FamilyOfServices {
  id: Family;
  title: string;
  holds: (service: string) => boolean;
}

const known: readonly FamilyOfServices[] = [
  { id: 'udev', title: 'udev', holds: (service) => /^(systemd-udevd|udev)\.service$/u.test(service) },
  { id: 'dbus', title: 'D-Bus', holds: (service) => /^dbus(-broker)?\.service$/u.test(service) },
  { id: 'journald', title: 'journald', holds: (service) => service === 'systemd-journald.service' },
  { id: 'logind', title: 'logind', holds: (service) => service === 'systemd-logind.service' },
  { id: 'manager', title: 'PID 1', holds: (service) => service === 'init.scope' },
];

function familiesFor(detail: 'full' | 'short'): FamilyOfServices[] {
  const named = detail === 'full' ? known : known.filter(({ id }) => id !== 'manager');
  return [
    ...named,
    { id: 'rest', title: 'all others', holds: (service) => !named.some(({ holds }) => holds(service)) },
    { id: 'all', title: 'all services', holds: () => true },
  ];
}

/** Steps at which somebody looked: an instance without any service has no services to bill either. */
const stepsWithServices = (density: Density): DensityStep[] =>
  stepsWithInstances(density).filter(({ services }) => services.length > 0);

/** What belongs to a user or a connection is not of every instance, and not on the bill. */
const servicesOf = (step: DensityStep, { holds }: FamilyOfServices): ServiceCost[] =>
  step.services.filter(
    ({ service, instances }) => instances > 0 && isOfEveryInstance(service) && holds(service),
  );

const namesOf = (services: readonly ServiceCost[]): string[] => [
  ...new Set(services.map(({ service }) => service)),
];

function hostOf(services: readonly ServiceCost[]): ServiceCost['host'] {
  const said = new Set(services.map(({ host }) => host));
  return (['running', 'unknown', 'not-running'] as const).find((host) => said.has(host)) ?? 'unknown';
}

function chargeOf(steps: readonly DensityStep[], family: FamilyOfServices): Charge {
  const last = steps.at(-1);
  if (last === undefined) return { state: 'unread' };
  const seen = servicesOf(last, family);
  if (seen.length === 0) return { state: 'absent' };
  const points = steps.map((step) => ({ x: step.live, y: sumOf(servicesOf(step, family)) }));
  const fit: Slope | undefined = fitSlope(points);
  const counts = { instances: Math.max(...seen.map(({ instances }) => instances)), live: last.live };
  if (fit === undefined) return { state: 'runs', bytes: sumOf(seen) / last.live, basis: 'mean', ...counts };
  const { slope, interval } = fit;
  return { state: 'runs', bytes: slope, ...(interval && { interval }), basis: 'slope', ...counts };
}

const sumOf = (services: readonly ServiceCost[]): number =>
  services.reduce((sum, { anonBytes }) => sum + anonBytes, 0);
