import type { Marked } from '../marks.ts';
import type { RuntimeKind } from '../record.ts';
import type { Interval } from '../statistics/interval.ts';

/**
 * What an instance is taken to cost. `charge`: what its control group is charged with, which is what an operator limits.
 * `host-delta`: the fall of the host's MemAvailable, which is what the host really has less.
 */
export const planBases = ['charge', 'host-delta'] as const;
export type PlanBasis = (typeof planBases)[number];

/** Memory that instances do not get: a share of the host's, or a size. */
export type Reserve = { share: number } | { bytes: number };

export interface CapacityQuestion {
  hostMemoryBytes: number;
  /** Absent: CPUs are not looked at. */
  hostCpus?: number;
  /** How many instances are wanted; absent: as many as one host holds. */
  instances?: number;
  /** Default: 10 %, 1 GiB at least. */
  reserve?: Reserve;
  /** What each instance is to have for its work, beyond what it costs while it idles. Default: 0. */
  workloadMemoryBytes?: number;
  /** Default: `charge`. */
  basis?: PlanBasis;
}

export interface Estimate {
  value: number;
  /** From the 95 % interval of the slope. `high` is absent where nothing bounds it; all of it where there is none. */
  interval?: { low: number; high?: number };
}

/** A limit of the host, and what the plan takes of it. */
export interface LimitNeed {
  id: string;
  /** What is limited, in the plural: `inotify instances of root`. */
  title: string;
  /** Where it is set: `fs.inotify.max_user_instances`. */
  where?: string;
  /** For all instances on one host; the host's own use comes on top. */
  needed: number;
  /** As it was on the host of the run. */
  limit: number;
}

/** The series of a runtime that a plan rests on. */
export interface MeasuredSeries {
  series: number;
  /** Of all of them. */
  steps: number;
  /** Most instances that lived at once while a step was measured. */
  mostLive: number;
}

/**
 * One runtime on hosts of the kind asked for. What is absent has its `reason`. Marks of times are of `byCpu` and of what
 * it goes into: `instances` and `hosts`.
 */
export interface RuntimePlan extends Marked {
  /** RuntimeDescription.id. */
  runtime: string;
  kind: RuntimeKind;
  measured?: MeasuredSeries;
  /** What one more instance costs, bytes, without workload. */
  each?: Estimate;
  /** What all instances cost together once, bytes: the line at none. Can be negative. */
  fixedBytes?: number;
  /** Instances that the host's memory holds. */
  byMemory?: Estimate;
  /** Instances whose idling alone takes all of the host's CPUs. No interval. */
  byCpu?: { instances: number; idleMsPerS: number };
  /** Instances per host: the lesser of the two. */
  instances?: Estimate;
  boundBy?: 'memory' | 'cpu';
  /** For the instances that are wanted. `interval.high` is absent where the fewest instances per host are none. */
  hosts?: Estimate;
  /** Those that have to be raised for the instances of one host: as many as it holds, or as are wanted. */
  limits: LimitNeed[];
  /** Instances per host over the most that were measured; absent where it stays within them. */
  extrapolated?: number;
  /** What to know about it, in words. */
  notes: string[];
  /** Why there is no plan. */
  reason?: string;
}

/** How many more instances of a container than of a VM one host holds. */
export interface PlanRatio {
  container: string;
  vm: string;
  emulated: boolean;
  /** Never without its interval. */
  found?: { ratio: number; interval: Interval };
  /** Why it is not found. */
  reason?: string;
}

/** What runtimes of one record take on hosts of one kind. Pure data, fit for JSON. */
export interface CapacityPlan {
  record: string;
  /** twinboot's version and the digest of the record, for the foot of what is made of the plan. */
  provenance: string;
  startedAt: string;
  image: string;
  question: {
    hostMemoryBytes: number;
    hostCpus?: number;
    instances?: number;
    reserveBytes: number;
    workloadMemoryBytes: number;
    basis: PlanBasis;
  };
  /** Those with a density sample, in the order of the record; one at least. */
  runtimes: RuntimePlan[];
  /** A container against a VM, each pair that has a plan. */
  ratios: PlanRatio[];
}
