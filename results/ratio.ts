import type { Metric, RunRecord, RuntimeDescription } from './record.ts';
import { valuesByRound } from './samples.ts';

/** A container and a VM of one record, by RuntimeDescription.id. */
export interface RatioPair {
  container: string;
  vm: string;
}

/** Every VM with every container. */
export function pairsOf(
  runtimes: readonly RuntimeDescription[],
): { vm: RuntimeDescription; container: RuntimeDescription }[] {
  const containers = runtimes.filter(({ kind }) => kind === 'container');
  return runtimes
    .filter(({ kind }) => kind === 'vm')
    .flatMap((vm) => containers.map((container) => ({ vm, container })));
}

/** How many times the container's value the VM's is, in each round that gave both. */
export type RoundRatios = { values: [number, ...number[]] } | { values: []; reason: string };

/**
 * The ratio of a VM over a container is the median of these, here and everywhere: what slows the host in one round
 * slows both sides of it (docs/statistics.md has its coverage). A fleet's rounds are its series. `records`: of one
 * environment; rounds of the same number in two of them are two rounds.
 *
 * There is none at all where a value of the container is not above 0, or one of the VM below it: how many times a
 * quantity is another that changes its sign has no answer, and rounds chosen by their values would give a wrong one.
 */
export function roundRatios(
  records: readonly RunRecord[],
  scenario: string,
  metric: Pick<Metric, 'id' | 'unit'>,
  { container, vm }: RatioPair,
): RoundRatios {
  const sides = records.map((record) => ({
    below: valuesByRound(record, scenario, metric, container),
    above: valuesByRound(record, scenario, metric, vm),
  }));
  if (sides.some(({ below }) => [...below.values()].some((value) => value <= 0)))
    return { values: [], reason: 'a value of the container is not above 0: a ratio says nothing' };
  if (sides.some(({ above }) => [...above.values()].some((value) => value < 0)))
    return { values: [], reason: 'a value of the VM is below 0: a ratio says nothing' };

  const [first, ...others] = sides.flatMap(({ below, above }) => dividedByRound(above, below));
  if (first === undefined) return { values: [], reason: 'no round gave a value of both sides' };
  if (![first, ...others].every(Number.isFinite))
    return { values: [], reason: 'the sides are too far apart for a ratio' };
  return { values: [first, ...others] };
}

/** In the order of the rounds of `above`; rounds that gave one side only are left out. */
export function dividedByRound(
  above: ReadonlyMap<number, number>,
  below: ReadonlyMap<number, number>,
): number[] {
  return [...above].flatMap(([round, value]) => {
    const divisor = below.get(round);
    return divisor === undefined ? [] : [value / divisor];
  });
}
