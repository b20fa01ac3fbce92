import { usageError } from '../../core/error.ts';
import { formatBytes, GIB, MIB } from '../../core/units.ts';
import type { CapacityPlan, CapacityQuestion, Reserve } from './capacity-plan.ts';

export type CompleteQuestion = CapacityPlan['question'];

/** The share of a host's memory that is kept where no reserve is named. */
export const DEFAULT_RESERVE = 'a tenth, at least 1 GiB';

/** How much more memory a VM may take at the break-even, where nothing else is said. */
export const DEFAULT_BREAK_EVEN = 0.1;

/** Bytes for the work of each instance that are planned beside idle ones, where no workload is named. */
export const FURTHER_WORKLOADS: readonly number[] = [256 * MIB, 512 * MIB, GIB];

export function defaultReserveBytes(hostMemoryBytes: number): number {
  return Math.max(Math.round(hostMemoryBytes / 10), GIB);
}

/** Throws the usage errors `reserve-too-large` and `no-instances`. */
export function completeQuestion(asked: CapacityQuestion): CompleteQuestion {
  const { hostMemoryBytes, hostCpus, instances, maxPerHost, hostPrice, reserve } = asked;
  const reserveBytes = reserveOf(hostMemoryBytes, reserve);
  if (leavesNothing(asked)) {
    throw usageError(
      'reserve-too-large',
      `a reserve of ${formatBytes(reserveBytes)} leaves nothing of a host with ${formatBytes(hostMemoryBytes)}`,
      { hint: 'name a smaller one, such as --reserve 5% or --reserve 256M, or a larger host' },
    );
  }
  const { spareHosts = 0 } = asked;
  if (spareHosts > 0 && instances === undefined) {
    throw usageError('no-instances', 'spare hosts come on top of the hosts of so many instances', {
      hint: 'say how many are wanted, such as --instances 500',
    });
  }
  return {
    hostMemoryBytes,
    ...(hostCpus === undefined ? {} : { hostCpus }),
    ...(instances === undefined ? {} : { instances }),
    spareHosts,
    ...(maxPerHost === undefined ? {} : { maxPerHost }),
    ...(hostPrice === undefined ? {} : { hostPrice }),
    reserveBytes,
    workloadMemoryBytes: asked.workloadMemoryBytes ?? 0,
    breakEvenShare: asked.breakEvenShare ?? DEFAULT_BREAK_EVEN,
    basis: asked.basis ?? 'charge',
  };
}

export function leavesNothing({ hostMemoryBytes, reserve }: CapacityQuestion): boolean {
  return reserveOf(hostMemoryBytes, reserve) >= hostMemoryBytes;
}

function reserveOf(hostMemoryBytes: number, reserve: Reserve | undefined): number {
  if (reserve === undefined) {
    return defaultReserveBytes(hostMemoryBytes);
  }
  return 'bytes' in reserve ? reserve.bytes : Math.round(hostMemoryBytes * reserve.share);
}
