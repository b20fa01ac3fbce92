import { alignColumns } from '../core/columns.ts';
import { formatBytes, formatMs, formatValue } from '../core/units.ts';
import { footnotes, markedSubject } from '../results/marks.ts';
import { verdictOf, type Figure, type FigureUnit } from './benchmark.ts';
import type { Outcome } from './runner.ts';

const UNSURE = '? the 95 % interval reaches past the bound: more rounds would tell';

/** A line for each figure, with its bound and whether it is met. */
export function figureTable(outcomes: readonly Outcome[]): string {
  const figures = outcomes.flatMap((outcome) => outcome.figures);
  const verdicts = figures.map(verdictOf);
  return [
    ...alignColumns(
      [['figure', 'value', '95 % interval', 'n', 'bound', 'met'], ...figures.map(row)],
      ['left', 'right', 'right', 'right', 'right', 'left'],
    ),
    '',
    ...footnotes(figures.map(({ emulated = false }) => ({ emulated }))),
    ...(verdicts.some((verdict) => verdict?.unsure) ? [UNSURE] : []),
    ...figures.flatMap(({ title, remark }) => (remark === undefined ? [] : [`${title.trim()}: ${remark}`])),
    ...outcomes.flatMap(({ id, error }) => (error === undefined ? [] : [`! ${id}: ${error}`])),
  ].join('\n');
}

function row(figure: Figure): string[] {
  const { title, value, unit, interval, n, emulated = false } = figure;
  const verdict = verdictOf(figure);
  return [
    markedSubject(title, { emulated }),
    format(value, unit),
    interval === undefined ? '' : `${format(interval.low, unit)} – ${format(interval.high, unit)}`,
    String(n),
    boundText(figure),
    verdict === undefined ? '' : `${verdict.met ? 'yes' : 'NO'}${verdict.unsure ? ' ?' : ''}`,
  ];
}

function boundText({ bound, floor, unit }: Figure): string {
  const parts = [
    ...(floor === undefined ? [] : [`≥ ${format(floor, unit)}`]),
    ...(bound === undefined ? [] : [`≤ ${format(bound, unit)}`]),
  ];
  return parts.join(', ');
}

function format(value: number, unit: FigureUnit): string {
  switch (unit) {
    case 'ms':
      return formatMs(value);
    case 'bytes':
      return formatBytes(value);
    case 'ns':
      return formatValue(value, unit);
    case 'count':
      return String(value);
    case 'ms/s':
    case 'count/s':
      return formatValue(value, unit);
    case 'ratio':
      return value.toFixed(3);
    case 'share':
      return `${(value * 100).toFixed(2)} %`;
  }
}
