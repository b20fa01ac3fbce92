import { usageError } from '../../core/error.ts';
import { formatBytes, GIB } from '../../core/units.ts';
import type { CapacityPlan, CapacityQuestion, Reserve } from './capacity-plan.ts';

export type CompleteQuestion = CapacityPlan['question'];

/** The share of a host's memory that is kept where no reserve is named. */
export const DEFAULT_RESERVE = 'a tenth, at least 1 GiB';

export function defaultReserveBytes(hostMemoryBytes: number): number {
  return Math.max(Math.round(hostMemoryBytes / 10), GIB);
}

/** Throws the usage error `reserve-too-large`. */
export function completeQuestion(asked: CapacityQuestion): CompleteQuestion {
  const { hostMemoryBytes, hostCpus, instances, reserve, workloadMemoryBytes = 0, basis = 'charge' } = asked;
  const reserveBytes = reserveOf(hostMemoryBytes, reserve);
  if (leavesNothing(asked)) {
    throw usageError(
      'reserve-too-large',
      `a reserve of ${formatBytes(reserveBytes)} leaves nothing of a host with ${formatBytes(hostMemoryBytes)}`,
      { hint: 'name a smaller one, such as --reserve 5% or --reserve 256M, or a larger host' },
    );
  }
  return {
    hostMemoryBytes,
    ...(hostCpus === undefined ? {} : { hostCpus }),
    ...(instances === undefined ? {} : { instances }),
    reserveBytes,
    workloadMemoryBytes,
    basis,
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
