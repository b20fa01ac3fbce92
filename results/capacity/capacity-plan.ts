import type { Marked } from '../marks.ts';
import type { RuntimeKind } from '../record.ts';
import type { Interval } from '../statistics/interval.ts';

/**
 * What an instance is taken to cost. `charge`: what its control group is charged with, which is what an operator
 * limits.
 * `host-delta`: the fall of the host's MemAvailable, which is what the host really has less.
 */
export const planBases = ['charge', 'host-delta'] as const;
export type PlanBasis = (typeof planBases)[number];

/** Memory that instances do not get: a share of the host's, or a size. */
export type Reserve = { share: number } | { bytes: number };

/** What one host costs a month, in whatever currency: `amount` stands between `before` and `after`, as it was typed. */
export interface Price {
  amount: number;
  /** `€ ` */
  before: string;
  /** ` EUR` */
  after: string;
}

export interface CapacityQuestion {
  hostMemoryBytes: number;
  /** Absent: CPUs are not looked at. */
  hostCpus?: number;
  /** How many instances are wanted; absent: as many as one host holds. */
  instances?: number;
  /** Hosts beyond those that hold all instances, so that as many may fail. Default: 0. */
  spareHosts?: number;
  /** No host is to have more instances than these. */
  maxPerHost?: number;
  hostPrice?: Price;
  /** Default: 10 %, 1 GiB at least. */
  reserve?: Reserve;
  /** What each instance is to have for its work, beyond what it costs while it idles. Absent: several are planned. */
  workloadMemoryBytes?: number;
  /** Of the break-even: how much more memory than a container a VM may take, as a share. Default: 0.1. */
  breakEvenShare?: number;
  /** Default: `charge`. */
  basis?: PlanBasis;
}

export interface Estimate {
  value: number;
  /** From the 95 % interval of the slope. `high` is absent where nothing bounds it; all of it where there is none. */
  interval?: { low: number; high?: number };
}

/** What ends how many instances a host holds. `cap`: the most that are wanted on one. `limit`: one of its kernel's. */
export interface Bound {
  kind: 'memory' | 'cpu' | 'cap' | 'limit';
  /** For people: `memory`, `kernel.pid_max`. */
  name: string;
}

/** Instances per host, and what ends them. */
export interface Bounded {
  instances: Estimate;
  boundBy: Bound;
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
  /** What an instance does without where it is used up; absent where the instance fails. */
  tolerated?: string;
}

/** The series of a runtime that a plan rests on. */
export interface MeasuredSeries {
  series: number;
  /** Of all of them. */
  steps: number;
  /** Most instances that lived at once while a step was measured. */
  mostLive: number;
  /** Absent where fewer than three different numbers of instances were measured: any two lie on a line. */
  straightness?: Straightness;
}

/** How straight the line through the steps is. */
export interface Straightness {
  /**
   * Up to so many live instances no step lies off the line by more than `STRAIGHT_SHARE`; absent where the first does.
   */
  upTo?: number;
  /** The most that a step lies off the line, as a share of what the most live instances cost beyond `fixedBytes`. */
  offShare: number;
}

/** What the RAM of an idle guest holds, bytes of one instance at the last step. */
export interface GuestMemory {
  ramBytes: number;
  /** In use by the guest's kernel, page cache and services. */
  usedBytes: number;
  /**
   * Free inside, and provided by the host already: what works takes these pages first, and the host has paid for them.
   */
  freeTouchedBytes: number;
}

/** What a host of the kind asked for holds of a runtime, and what that takes. */
export interface PlanFigures {
  /** What one more idle instance costs, bytes. */
  each: Estimate;
  /** What all instances cost together once, bytes: the line at none. Can be negative. */
  fixedBytes: number;
  /** `each` with what the workload adds, bytes: less than the workload where a guest has memory for it already. */
  eachWithWork: Estimate;
  /** Instances that the host's memory holds. */
  byMemory: Estimate;
  /** Instances whose idling alone takes all of the host's CPUs. No interval. */
  byCpu?: { instances: number; idleMsPerS: number };
  /** Instances per host, where limits of the kernel are raised as far as they can be. */
  instances: Estimate;
  /** What ends `instances`. */
  boundBy: Bound;
  /** Instances per host with all limits as they were on the host of the run. */
  asSet: Bounded;
  /** For the instances that are wanted, spare ones included. `interval.high` is absent where a host may hold none. */
  hosts?: Estimate;
  /** For a month, in the currency of the question. `total` where instances are wanted. */
  price?: { each: Estimate; total?: Estimate };
  /** Instances on the fullest host over the most that were measured; absent where it stays within them. */
  extrapolated?: number;
}

/**
 * One runtime on hosts of the kind asked for. What is absent has its `reason`. Marks of times are of `byCpu` and of
 * what it goes into: `instances` and `hosts`.
 */
export interface RuntimePlan extends Marked, Partial<PlanFigures> {
  /** RuntimeDescription.id. */
  runtime: string;
  kind: RuntimeKind;
  measured?: MeasuredSeries;
  /** VMs of which the record tells it. */
  guest?: GuestMemory;
  /**
   * CPU time of one idle instance, ms per second, with its marks: they are of no other figure unless `byCpu` is there.
   */
  idle?: Marked & { msPerS: number };
  /**
   * An emulated VM less TCG's cache of translated code, which none has under KVM. Absent where the record does not tell
   * it.
   */
  withoutTranslationCache?: PlanFigures;
  /** Those that have to be raised for the instances on the fullest host. */
  limits: LimitNeed[];
  /** What to know about it, in words. */
  notes: string[];
  /** Why there is no plan. */
  reason?: string;
}

/** A container beside a VM, which may be emulated. */
export interface PlanPair {
  container: string;
  vm: string;
  emulated: boolean;
  /** true: of the VM less TCG's cache of translated code. */
  withoutTranslationCache?: boolean;
}

/** How many more instances of a container than of a VM one host holds. */
export interface PlanRatio extends PlanPair {
  /** Never without its interval. */
  found?: { ratio: number; interval: Interval };
  /** Why it is not found. */
  reason?: string;
}

/** From which workload on a VM takes little more memory than a container with the same. */
export interface BreakEven extends PlanPair {
  /** Bytes for each instance; 0 where it does so while it idles. */
  workload: Estimate;
}

/** The same hosts with instances that take more for their work. */
export interface FurtherWorkload {
  workloadMemoryBytes: number;
  runtimes: RuntimePlan[];
  ratios: PlanRatio[];
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
    spareHosts: number;
    maxPerHost?: number;
    hostPrice?: Price;
    reserveBytes: number;
    workloadMemoryBytes: number;
    breakEvenShare: number;
    basis: PlanBasis;
  };
  /** Those with a density sample, in the order of the record; one at least. */
  runtimes: RuntimePlan[];
  /** A container against a VM, each pair that has a plan. */
  ratios: PlanRatio[];
  breakEvens: BreakEven[];
  /** Beside idle instances, where no workload was named; ascending. */
  furtherWorkloads?: FurtherWorkload[];
}
