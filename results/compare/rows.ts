import { pairUp } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { createBootstrap, type Bootstrap } from '../statistics/bootstrap.ts';
import { median } from '../statistics/quantile.ts';
import type { Candidate, Series } from './series.ts';
import type { ComparisonRow, Judgement, JudgeOptions, SideFigures } from './comparison.ts';
import { blameFor } from './blame.ts';
import { judge } from './judge.ts';
import type { PooledSide } from './pool.ts';
import { ratioCause } from './ratio-cause.ts';

export interface ComparedRecords {
  base: PooledSide;
  next: PooledSide;
}

/** Judges all candidates as one family. */
export function judgeCandidates(
  candidates: readonly Candidate[],
  options: JudgeOptions,
  sides: ComparedRecords,
): ComparisonRow[] {
  const judgeable = candidates.filter(({ base }) => base.values.length > 0);
  const judged = judge(
    judgeable.map(({ row, base, next }) => ({ base: base.values, next: next.values, better: row.better })),
    options,
  );
  const judgements = new Map(judgeable.flatMap((candidate, index) => pairUp(candidate, judged[index])));
  return rowsOf(candidates, judgements, sides);
}

/** A row for each candidate. One without a judgement had nothing in BASE to be compared with. */
export function rowsOf(
  candidates: readonly Candidate[],
  judgements: ReadonlyMap<Candidate, Judgement>,
  sides: ComparedRecords,
): ComparisonRow[] {
  const [ofBase, ofNext] = [bootstrapOf(sides.base), bootstrapOf(sides.next)];
  const rows = candidates.map((candidate): ComparisonRow => {
    const { row, base, next } = candidate;
    return {
      ...row,
      ...withReason(judgementOf(candidate, judgements), base, next),
      base: figuresOf(base, ofBase),
      next: figuresOf(next, ofNext),
    };
  });
  return rows.map((row, index) => {
    const { pair } = candidates[index] ?? {};
    return pair === undefined ? withBlame(row, sides) : attributeRatio(row, pair, rows);
  });
}

/** The record's own, so that a side's interval is what a report on the record says. */
function bootstrapOf({ records: [{ plan }] }: PooledSide): Bootstrap {
  return createBootstrap(plan.seed);
}

/** A ratio that NEW has not, though both its runtimes have values, is not missing: there is none to be had. */
function judgementOf(candidate: Candidate, judgements: ReadonlyMap<Candidate, Judgement>): Judgement {
  const judgement = judgements.get(candidate) ?? withoutBase(candidate.next);
  const hasNoRatio = candidate.pair !== undefined && judgement.verdict === 'missing';
  return hasNoRatio ? { ...judgement, verdict: 'inconclusive' } : judgement;
}

/** There is nothing to compare NEW with. Where every boot failed on both sides, that is no pass: it is missing. */
function withoutBase(next: Series): Judgement {
  return { verdict: next.values.length === 0 ? 'missing' : 'inconclusive' };
}

function figuresOf({ values }: Series, bootstrap: Bootstrap): SideFigures {
  const middle = median(values);
  const interval = bootstrap.median(values);
  return {
    n: values.length,
    ...(middle === undefined ? {} : { median: middle }),
    ...(interval === undefined ? {} : { interval }),
  };
}

/** Why a side has no values is known here, not to the judge. */
function withReason(judgement: Judgement, base: Series, next: Series): Judgement {
  const without = (side: string, { reasons }: Series): string =>
    plainLine(`${side} has no value: ${reasons[0] ?? 'it did not measure it'}`);
  const reasons = [
    ...(base.values.length === 0 ? [without('BASE', base)] : []),
    ...(next.values.length === 0 ? [without('NEW', next)] : []),
  ];
  return reasons.length === 0 ? judgement : { ...judgement, reason: reasons.join('; ') };
}

/** A later rung, with what of the boot took longer. */
function withBlame(row: ComparisonRow, { base, next }: ComparedRecords): ComparisonRow {
  if (row.verdict !== 'regression') return row;
  const blame = blameFor(base, next, { scenario: row.scenario, metric: row.metric, runtime: row.subject });
  return blame === undefined ? row : { ...row, blame };
}

/**
 * A ratio moves with either of its sides, and the reason says with which. Where it moved because the container did, and
 * the VM's own figure did not move that way, it is no verdict on the VM: a container that gets faster must not fail a
 * gate.
 */
function attributeRatio(
  row: ComparisonRow,
  pair: NonNullable<Candidate['pair']>,
  rows: readonly ComparisonRow[],
): ComparisonRow {
  const { verdict, ratio = NaN } = row;
  if (verdict !== 'regression' && verdict !== 'improvement') return row;
  const rowOf = (subject: string): ComparisonRow | undefined =>
    rows.find(
      (other) => other.subject === subject && other.metric === row.metric && other.scenario === row.scenario,
    );
  const [vm, container] = [rowOf(pair.vm), rowOf(pair.container)];
  const times = {
    vm: { id: pair.vm, times: vm?.ratio ?? NaN },
    container: { id: pair.container, times: container?.ratio ?? NaN },
  };
  const cause = ratioCause(ratio, times, row.better);
  const attributed = cause === undefined || row.reason !== undefined ? row : { ...row, reason: cause };
  const opposite = verdict === 'regression' ? 'improvement' : 'regression';
  const isContainers = container?.verdict === opposite && vm?.verdict !== verdict;
  return isContainers ? { ...attributed, verdict: 'pass' } : attributed;
}
