import { createBootstrap } from '../statistics/bootstrap.ts';
import { falseDiscoveryLevel } from '../statistics/correction.ts';
import { divergenceP, fewestValues } from '../statistics/change-point.ts';
import type { Change, Finding, HistoryOptions, HistorySeries } from './history.ts';
import { relativeChange, smallestStepIn, trendOf, wholeOf, type Stretch } from '../statistics/trend.ts';

type Bare = Pick<HistorySeries, 'points' | 'better'>;

/**
 * What is to be said of each series, in their order. All series together are one family: where none has changed, the
 * probability of finding a change in any is at most `alpha`, and where some have, at most the share `alpha` of the
 * changed series is expected to be false (`falseDiscoveryLevel`). `causes` names the likely causes of a change from one
 * point to another of the series at `index`.
 */
export function findingsOf(
  family: readonly Bare[],
  { alpha, minEffect, seed }: Pick<HistoryOptions, 'alpha' | 'minEffect' | 'seed'>,
  causes: (index: number, before: number, after: number) => string[],
): Finding[] {
  const fewest = fewestValues(alpha);
  const ps = family.map(({ points }) =>
    points.length < fewest
      ? undefined
      : divergenceP(
          Float64Array.from(points, ({ median }) => median),
          seed,
        ),
  );
  const level = falseDiscoveryLevel(
    ps.flatMap((p) => p ?? []),
    alpha,
  );
  return family.map((series, index) => {
    const medians = series.points.map(({ median }) => median);
    const p = ps[index];
    if (p === undefined) return tooFew(medians, fewest);
    const stretches =
      p > level ? [wholeOf(medians)] : trendOf(medians, { level, minEffect, seed, isDivergent: true });
    const changes = changesOf(series, stretches, minEffect, seed).map((change) => ({
      ...change,
      causes: causes(index, change.before, change.after),
    }));
    const needed = fewestValues(level);
    if (p > level && medians.length < needed) return { ...tooFew(medians, needed), p };
    const smallestStep = smallestStepIn(medians, level);
    const isSharp = p <= level || (smallestStep ?? 0) <= minEffect;
    return {
      verdict: changes.length > 0 ? 'changed' : isSharp ? 'steady' : 'unclear',
      changes,
      stretches,
      p,
      ...(smallestStep === undefined ? {} : { smallestStep }),
    };
  });
}

function tooFew(medians: readonly number[], needed: number): Finding {
  return { verdict: 'too-few', changes: [], stretches: [wholeOf(medians)], needed };
}

type BareChange = Omit<Change, 'causes'>;

/** In order of time: the creep of each stretch that has one, and the step from each stretch to the next. */
function changesOf(
  series: Bare,
  stretches: readonly Stretch[],
  minEffect: number,
  seed: number,
): BareChange[] {
  return stretches.flatMap((stretch, index) => {
    const next = stretches[index + 1];
    return [
      ...(stretch.creep === undefined ? [] : [creepOf(series, stretch, stretch.creep)]),
      ...(next === undefined || Math.abs(relativeChange(stretch.endLevel, next.startLevel)) < minEffect
        ? []
        : [stepOf(series, stretch, next, seed)]),
    ];
  });
}

function creepOf(series: Bare, stretch: Stretch, { from, to }: { from: number; to: number }): BareChange {
  const change = changeOf(series, stretch.startLevel, stretch.endLevel);
  return {
    kind: 'creep',
    ...change,
    ...(change.change === undefined ? {} : { perRecord: change.change / (to - from) }),
    before: from,
    after: to,
  };
}

function stepOf(series: Bare, left: Stretch, right: Stretch, seed: number): BareChange {
  const mediansOf = ({ from, to }: Stretch): number[] =>
    series.points.slice(from, to).map(({ median }) => median);
  const isFlat = left.creep === undefined && right.creep === undefined && left.endLevel > 0;
  const interval = isFlat ? createBootstrap(seed).ratio(mediansOf(right), mediansOf(left)) : undefined;
  return {
    kind: 'step',
    ...changeOf(series, left.endLevel, right.startLevel),
    ...(interval === undefined ? {} : { interval }),
    before: right.from - 1,
    after: right.from,
  };
}

function changeOf(
  { better }: Bare,
  from: number,
  to: number,
): Pick<BareChange, 'direction' | 'change' | 'from' | 'to'> {
  const change = relativeChange(from, to);
  const direction = better === 'none' ? 'neither' : to > from === (better === 'lower') ? 'worse' : 'better';
  return { direction, ...(Number.isFinite(change) ? { change } : {}), from, to };
}
