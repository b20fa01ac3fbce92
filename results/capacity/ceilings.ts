import type { Density } from '../fleet/density.ts';
import type { Bound, Bounded, Estimate, PlanFigures } from './capacity-plan.ts';
import { instancesWithin, type CostLines } from './cost-lines.ts';
import { limitCeilings } from './limits.ts';
import type { CompleteQuestion } from './question.ts';

/** A number of instances beyond which something else than memory ends. */
interface Ceiling {
  bound: Bound;
  instances: number;
  /** Somebody has said it: it is as exact as it reads. Others are measured, and have no interval. */
  isExact?: true;
}

export type Ceilings = Pick<PlanFigures, 'byMemory' | 'byCpu' | 'instances' | 'boundBy' | 'asSet'>;

/**
 * How many instances one host holds: by memory and, where they are named, by idle CPU and the cap; by the limits of the
 * kernel that the last of the series tells. The lowest binds. `added`: bytes that work adds to each instance.
 */
export function ceilingsOf(
  lines: CostLines,
  { series, idleMsPerS }: { series: readonly Density[]; idleMsPerS: number | undefined },
  { hostMemoryBytes, hostCpus, reserveBytes, maxPerHost }: CompleteQuestion,
  added: number,
): Ceilings {
  const byMemory = instancesWithin(lines, hostMemoryBytes - reserveBytes, added);
  const byCpu =
    hostCpus === undefined || idleMsPerS === undefined || idleMsPerS <= 0
      ? undefined
      : { instances: Math.floor((hostCpus * 1000) / idleMsPerS), idleMsPerS };
  const others: Ceiling[] = [
    ...(maxPerHost === undefined
      ? []
      : [{ bound: { kind: 'cap', name: 'the cap' }, instances: maxPerHost, isExact: true } as const]),
    ...(byCpu === undefined
      ? []
      : [{ bound: { kind: 'cpu', name: 'idle CPU' }, instances: byCpu.instances } as const]),
  ];
  const withLimits = (are: Parameters<typeof limitCeilings>[1]): Bounded =>
    lowestOf(byMemory, [
      ...others,
      ...limitCeilings(series, are).map(({ name, instances }): Ceiling => ({
        bound: { kind: 'limit', name },
        instances,
      })),
    ]);
  return {
    byMemory,
    ...(byCpu === undefined ? {} : { byCpu }),
    ...withLimits('raised'),
    asSet: withLimits('as-set'),
  };
}

/** The interval is that of memory, as far as the ceiling leaves it; a measured one that binds has none. */
function lowestOf(byMemory: Estimate, ceilings: readonly Ceiling[]): Bounded {
  const [lowest] = ceilings.toSorted((a, b) => a.instances - b.instances);
  if (lowest === undefined) return { instances: byMemory, boundBy: memory };
  const { bound, instances: most, isExact } = lowest;
  if (most >= byMemory.value) return { instances: cappedAt(most, byMemory), boundBy: memory };
  return { instances: isExact ? cappedAt(most, byMemory) : { value: most }, boundBy: bound };
}

const memory: Bound = { kind: 'memory', name: 'memory' };

function cappedAt(most: number, { value, interval }: Estimate): Estimate {
  if (interval === undefined) return { value: Math.min(value, most) };
  return {
    value: Math.min(value, most),
    interval: { low: Math.min(interval.low, most), high: Math.min(interval.high ?? Infinity, most) },
  };
}
