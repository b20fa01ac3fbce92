import { formatValue, type Unit } from '../../core/units.ts';
import { markedFigure, measuresTime } from '../marks.ts';
import { valuesByRound } from '../samples.ts';
import type { Direction } from '../statistics/drifts.ts';
import { headlineMetrics, metricHeading, type Context } from './context.ts';
import { thinOut } from './distribution.ts';
import { marksOver, runtimesOf, shortName, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, orNothing, type Table } from './table.ts';

/** Rounds are thinned out above this, so that a long run still makes a small page. */
const SHOWN_ROUNDS = 60;
/** Of one scenario. */
const MOST_METRICS = 4;

/** One metric over the measured rounds, of which a figure drifts. */
export interface OverRounds {
  scenario: string;
  metric: string;
  title: string;
  unit: Unit;
  /** Those that are shown: all, or `SHOWN_ROUNDS` of them, evenly chosen. */
  rounds: number[];
  /** How many there are. */
  measured: number;
  series: RoundsSeries[];
}

export interface RoundsSeries {
  runtime: RuntimeView;
  /** Absent where it does not drift. */
  drift?: Direction;
  /** Of each of `rounds`; `undefined` where it gave no value. */
  values: (number | undefined)[];
}

/** The lead rung and the headlines of every scenario, as far as any runtime's values drift. */
export function overRoundsOf(context: Context): OverRounds[] {
  return context.record.scenarios.flatMap((scenario) =>
    headlineMetrics(scenario)
      .filter((metric) =>
        context.runtimes.some(({ id }) => context.find(scenario.id, metric.id, id)?.drift !== undefined),
      )
      .slice(0, MOST_METRICS)
      .map((metric) => {
        const found = context.runtimes
          .map((runtime) => ({
            runtime,
            drift: context.find(scenario.id, metric.id, runtime.id)?.drift,
            byRound: valuesByRound(context.record, scenario.id, metric, runtime.id),
          }))
          .filter(({ byRound }) => byRound.size > 0);
        const all = [...new Set(found.flatMap(({ byRound }) => [...byRound.keys()]))].sort((a, b) => a - b);
        const rounds = thinOut(all, SHOWN_ROUNDS);
        return {
          scenario: scenario.id,
          metric: metric.id,
          title: metricHeading(scenario, metric),
          unit: metric.unit,
          rounds,
          measured: all.length,
          series: found.map(({ runtime, drift, byRound }) => ({
            runtime,
            ...(drift && { drift }),
            values: rounds.map((round) => byRound.get(round)),
          })),
        };
      }),
  );
}

/** `falls from 20.1 s to 15.2 s`: the first value that is shown, and the last. */
export function courseText({ drift, values }: RoundsSeries, unit: Unit): string {
  const there = values.filter((value) => value !== undefined);
  const [first, last] = [there[0], there.at(-1)];
  if (first === undefined || last === undefined) return 'no value';
  return `${drift ?? 'goes'} from ${formatValue(first, unit)} to ${formatValue(last, unit)}`;
}

/** A row for each round, a column for each runtime. */
export function overRoundsTable({ title, unit, rounds, series }: OverRounds): Table {
  return {
    caption: `${title}: each round`,
    ...marksOver(runtimesOf(series), measuresTime(unit) ? 'all' : 'none', true),
    columns: [
      column('Round'),
      ...series.map(({ runtime, drift }) =>
        numeric(
          markedFigure(shortName(runtime), drift !== undefined),
          drift === undefined ? {} : { note: drift },
        ),
      ),
    ],
    rows: rounds.map((round, place) => [
      cell(String(round)),
      ...series.map(({ values }) => orNothing(values[place], (value) => formatValue(value, unit))),
    ]),
  };
}
