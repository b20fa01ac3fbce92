import { createBootstrap } from '../statistics/bootstrap.ts';
import type { RunRecord } from '../record.ts';
import { candidatesOf, type Candidate } from './series.ts';
import { commonMetrics, commonRuntimes, type SelectedMetric } from './select.ts';
import { describeSide } from './compare.ts';
import type { Comparison, JudgeOptions, Pair } from './comparison.ts';
import { assertPlausible } from '../plausible.ts';
import { NO_FAILED_BOOTS, type FailedBootsLimit } from '../failed-boots.ts';
import { bootNotes } from './notes.ts';
import type { PooledSide } from './pool.ts';
import { reachOfLooks } from './reach.ts';
import { rowsOf } from './rows.ts';
import { decide } from './sequential.ts';
import { valuesByRound } from '../samples.ts';
import { structuralDifferences } from './structure.ts';

export interface AbOptions extends JudgeOptions {
  /** Measured rounds so far, and at most. */
  round: number;
  maxRounds: number;
  /** true: no further round follows, whatever is decided. */
  last?: boolean;
  /** Ids or globs of metrics; none: those that `compare` takes. */
  metrics?: readonly string[];
  /** What B's boots may have of failures without a difference; none unless said. */
  maxFailedBoots?: FailedBootsLimit;
  /** How the two sides are named: `image=trixie`. */
  names: { a: string; b: string };
}

export interface AbComparison extends Comparison {
  /** Nothing is left that more rounds could decide. */
  isDecided: boolean;
}

/**
 * Compares the two records of an A/B run: A is BASE, B is NEW. The runtime at each place of A is compared with the one
 * at the same place of B; values are paired by round, and judged by the rule that may be asked again after every round
 * (`decide`). A VM over a container is no row of its own here: what slows the host down hits both sides of a round
 * alike. Throws what `compare` throws, but for the environment: it is one host, and what differs is what is asked
 * about.
 */
export function compareAb(a: RunRecord, b: RunRecord, options: AbOptions): AbComparison {
  const {
    round,
    maxRounds,
    last = false,
    minEffect,
    alpha,
    seed,
    maxFailedBoots = NO_FAILED_BOOTS,
  } = options;
  const [base, next] = sidesOf(a, b, options.names);
  [...base.records, ...next.records].forEach(assertPlausible);
  const runtimes = commonRuntimes(base, next);
  const metrics = commonMetrics(base, next, options.metrics ?? []);
  const candidates = candidatesOf(base, next, metrics.items, runtimes.items).filter(
    ({ row }) => row.kind === 'runtime',
  );
  const decision = decide(
    candidates.map((candidate) => pairOf(base, next, candidate, metrics.items, round)),
    { round, maxRounds, last, minEffect, alpha, seed },
    createBootstrap(seed),
  );
  const judgements = new Map(
    candidates.map((candidate, index) => [candidate, decision.judgements[index] ?? UNDECIDED] as const),
  );
  const caveat = reachOfLooks(last ? round : maxRounds, candidates.length, alpha);
  return {
    base: describeSide(base),
    next: describeSide(next),
    options: { minEffect, alpha, seed },
    ...(caveat !== undefined && { caveat }),
    environment: [],
    rows: rowsOf(candidates, judgements, { base, next }),
    structure: structuralDifferences(base, next, runtimes.items, { maxFailedBoots, alpha }),
    notes: [...runtimes.notes, ...metrics.notes, ...bootNotes(base, next, runtimes.items, maxFailedBoots)],
    isDecided: decision.done,
  };
}

const UNDECIDED = { verdict: 'inconclusive' } as const;

/** The values of a candidate by round, NaN where a round gave none. */
function pairOf(
  base: PooledSide,
  next: PooledSide,
  { row }: Candidate,
  metrics: readonly SelectedMetric[],
  rounds: number,
): Pair {
  const metric = metrics.find((entry) => entry.scenario === row.scenario && entry.metric.id === row.metric);
  const byRound = (side: PooledSide): number[] => {
    const values = metric && valuesByRound(side.records[0], row.scenario, metric.metric, row.subject);
    return Array.from({ length: rounds }, (_, index) => values?.get(index + 1) ?? NaN);
  };
  return { base: byRound(base), next: byRound(next), better: row.better };
}

/** The two sides with one id for each pair of runtimes: `nspawn`, or `nspawn → lxc` where they differ. */
function sidesOf(a: RunRecord, b: RunRecord, names: AbOptions['names']): [PooledSide, PooledSide] {
  const pairs = a.runtimes.map(({ id }, index) => ({ a: id, b: b.runtimes[index]?.id ?? id }));
  const named = pairs.map((pair) => ({ ...pair, id: pair.a === pair.b ? pair.a : `${pair.a} → ${pair.b}` }));
  return [
    { name: names.a, records: [renamed(a, new Map(named.map((pair) => [pair.a, pair.id])))] },
    { name: names.b, records: [renamed(b, new Map(named.map((pair) => [pair.b, pair.id])))] },
  ];
}

function renamed(record: RunRecord, ids: ReadonlyMap<string, string>): RunRecord {
  const idOf = (id: string): string => ids.get(id) ?? id;
  return {
    ...record,
    runtimes: record.runtimes.map((runtime) => ({ ...runtime, id: idOf(runtime.id) })),
    samples: record.samples.map((sample) => ({ ...sample, runtime: idOf(sample.runtime) })),
  };
}
