import { plainLine } from '../core/text.ts';
import { MIB } from '../core/units.ts';
import type { RunRecord, RuntimeDescription } from './record.ts';

/** Everything outside the image that moves figures, by name: `cpu model`, `qemu version`, `memory limit`. */
export type Environment = Record<string, string>;

/** What stands for a key that only one record has. */
const NOT_RECORDED = 'not recorded';

/**
 * The environment that a record was measured in: the facts of its host, the limits and modes of its plan, and of each
 * runtime in `runtimes` (default: all) its version, accelerator and options. Records are comparable where these are
 * the same. The image is not part of it, except for its boot mode: images are what gets compared.
 */
export function environmentOf(
  record: RunRecord,
  runtimes: readonly string[] = record.runtimes.map(({ id }) => id),
): Environment {
  return {
    ...record.host.facts,
    'memory limit': `${record.plan.memoryBytes / MIB} MiB`,
    'cpu limit': String(record.plan.cpus),
    'cache mode': record.plan.cache,
    'boot mode': record.image.boot,
    'record schema': record.schema,
    ...Object.fromEntries(record.runtimes.filter(({ id }) => runtimes.includes(id)).flatMap(runtimeEntries)),
  };
}

function runtimeEntries(runtime: RuntimeDescription): [string, string][] {
  const { id, version, accelerator, options } = runtime;
  return [
    ...(version === undefined ? [] : [[`${id} version`, version] as [string, string]]),
    ...(accelerator === undefined ? [] : [[`${id} accelerator`, accelerator] as [string, string]]),
    ...Object.entries(options).map(([name, value]): [string, string] => [`${id} ${name}`, String(value)]),
  ];
}

/** A key of the environment in which both records differ: `cpu model`, `qemu version`, `memory limit`. */
export interface EnvironmentDifference {
  key: string;
  base: string;
  next: string;
}

/** The keys in which two environments differ, host first; a runtime that only one of them has does not count. */
export function environmentDifferences(base: RunRecord, next: RunRecord): EnvironmentDifference[] {
  const inNext = new Set(next.runtimes.map(({ id }) => id));
  const common = base.runtimes.map(({ id }) => id).filter((id) => inNext.has(id));
  const before = new Map(Object.entries(environmentOf(base, common)));
  const after = new Map(Object.entries(environmentOf(next, common)));
  return [...new Set([...before.keys(), ...after.keys()])]
    .filter((key) => before.get(key) !== after.get(key))
    .map((key) => ({
      key: plainLine(key),
      base: plainLine(before.get(key) ?? NOT_RECORDED),
      next: plainLine(after.get(key) ?? NOT_RECORDED),
    }));
}

/** A line for each key with both values, for an error message. */
export function differenceLines(differences: readonly EnvironmentDifference[]): string {
  return differences.map(({ key, base, next }) => `\n  ${key}: ${base} → ${next}`).join('');
}
