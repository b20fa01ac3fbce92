import { decimalsOf, formatSignedPercent } from '../../core/units.ts';
import { percentText } from '../compare/row-text.ts';
import type { Change, History, HistorySeries, RecordReference } from './history.ts';
import { relativeChange } from '../statistics/trend.ts';

/** `+12 %`, `−0.4 %`; `from 0` where there is no such share. */
export function changeText(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return 'from 0';
  return formatSignedPercent(share, Math.abs(share) >= 0.0995 ? 0 : 1);
}

/** `+0.42 % a run`: what adds up over many runs has two digits however small it is. */
export function paceText(perRecord: number | undefined): string {
  if (perRecord === undefined) return 'from 0';
  const digits = String(Number((Math.abs(perRecord) * 100).toPrecision(2)));
  return `${formatSignedPercent(perRecord, decimalsOf(digits))} a run`;
}

/** From the first median to the last, whatever lies between: `+12 %`. */
export function overallText({ points }: HistorySeries): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined || points.length < 2) return '';
  return changeText(relativeChange(first.median, last.median));
}

/** `2026-11-23` */
export const dayOf = (startedAt: string): string => startedAt.slice(0, 10);

/** `step of +12 % at 2026-11-23 (worse)`, `creep of +0.4 % a run since 2026-10-02, +15 % in all (worse)` */
export function changeSentence({ points }: HistorySeries, change: Change): string {
  const day = (position: number): string => dayOf(points[position]?.record.startedAt ?? '');
  const verdict = change.direction === 'neither' ? '' : ` (${change.direction})`;
  if (change.kind === 'step') return `step of ${changeText(change.change)} at ${day(change.after)}${verdict}`;
  const until = change.after === points.length - 1 ? '' : ` until ${day(change.after)}`;
  const when = until === '' ? `since ${day(change.before)}` : `from ${day(change.before)}${until}`;
  return `creep of ${paceText(change.perRecord)} ${when}, ${changeText(change.change)} in all${verdict}`;
}

/** What is said of a series in a line, or in one for each change. */
export function findingLines(series: HistorySeries): string[] {
  const { verdict, changes, needed, smallestStep } = series.finding;
  switch (verdict) {
    case 'changed':
      return changes.map((change) => changeSentence(series, change));
    case 'steady':
      return ['steady'];
    case 'unclear':
      return [
        smallestStep === undefined
          ? 'no change shown'
          : `no change shown: noise hides steps below ${percentText(Number(smallestStep.toPrecision(2)))}`,
      ];
    case 'too-few':
      return [`too few to tell: ${series.points.length} of ${needed ?? 0} runs`];
  }
}

/** The records at both ends of a change, and what differs: `between 2026-11-20T…-1c9a and 2026-11-21T…-77aa: …` */
export function evidenceOf({ points }: HistorySeries, { kind, before, after, causes }: Change): string {
  const [older, newer] = [points[before]?.record, points[after]?.record];
  if (older === undefined || newer === undefined) return '';
  const differing = causes.length === 0 ? 'nothing that the records hold differs' : causes.join('; ');
  const [from, to] = [nameOf(older), nameOf(newer)];
  return `${kind === 'step' ? `between ${from} and ${to}` : `all along from ${from} to ${to}`}: ${differing}`;
}

/** The id, which begins with the day unless somebody has renamed the run. */
function nameOf({ id, startedAt }: RecordReference): string {
  const day = dayOf(startedAt);
  return id.startsWith(day) ? id : `${id} (${day})`;
}

/** How the findings came about, for the foot of a table or page. */
export function methodText({ options: { alpha, minEffect } }: History): string {
  return (
    `Changes: E-divisive with a permutation test over the medians of runs, false discovery rate ${percentText(alpha)} over all series, ` +
    `least effect ${percentText(minEffect)}; a step or a creep by the Bayesian information criterion.`
  );
}
