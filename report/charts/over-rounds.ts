import { measuresTime } from '../../results/marks.ts';
import {
  courseText,
  overRoundsTable,
  type OverRounds,
  type RoundsSeries,
} from '../../results/tables/over-rounds.ts';
import { markedName, markOf, runtimesOf, shortName } from '../../results/tables/runtimes.ts';
import { bytesAxis } from './axes.ts';
import { figureId, withMark } from './labels.ts';
import { looksOf } from './runtime-looks.ts';
import type { Figure, Json, JsonObject, Panel } from './spec.ts';

const HEIGHT = 180;

/**
 * The value of each round where values drift, a panel for each runtime: a box would hide that they are of no one level.
 */
export function overRounds(found: OverRounds): Figure {
  const runtimes = runtimesOf(found.series);
  const looks = looksOf(runtimes);
  const { rounds, measured } = found;
  return {
    id: figureId(found.metric, 'over-rounds'),
    scenario: found.scenario,
    title: `${found.title}, round by round`,
    caption:
      'Drawn where a value falls or rises over the measured rounds beyond chance. Each panel has its own axis, which begins at 0.' +
      (rounds.length < measured ? ` ${rounds.length} of ${measured} rounds are shown, evenly chosen.` : ''),
    ...withMark(markOf(runtimes, measuresTime(found.unit) ? 'all' : 'none')),
    layout: 'columns',
    panels: found.series.map((series, index) => panel(found, series, looks[index] ?? {}, index)),
    table: overRoundsTable(found),
  };
}

function panel(
  { title, unit, rounds }: OverRounds,
  series: RoundsSeries,
  look: JsonObject,
  index: number,
): Panel {
  const values = series.values.filter((value) => value !== undefined);
  const high = Math.max(0, ...values) * 1.05;
  const low = Math.min(0, ...values);
  return {
    id: `runtime${index}`,
    heading: `${shortName(series.runtime)} · ${series.drift === undefined ? 'no drift' : courseText(series, unit)}`,
    alt: `${title} in ${markedName(series.runtime)} over ${rounds.length} rounds: ${courseText(series, unit)}`,
    type: 'line',
    height: HEIGHT,
    narrowHeight: HEIGHT,
    data: { datasets: [dataset(series, rounds, look)] },
    options: {
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      plugins: { legend: { display: false } },
      scales: {
        x: {
          type: 'linear',
          min: (rounds[0] ?? 1) - 0.5,
          max: (rounds.at(-1) ?? 1) + 0.5,
          title: { display: true, text: 'round' },
          ticks: { format: 'count', precision: 0, includeBounds: false },
        },
        y:
          unit === 'bytes'
            ? bytesAxis('', low, high)
            : {
                type: 'linear',
                min: low,
                max: high === low ? 1 : high,
                ticks: { format: unit, includeBounds: false },
              },
      },
    },
    plugins: [],
  };
}

function dataset({ runtime, values }: RoundsSeries, rounds: readonly number[], look: JsonObject): Json {
  const points = rounds.flatMap((round, place) => {
    const value = values[place];
    return value === undefined ? [] : [{ x: round, y: value }];
  });
  return { ...look, label: runtime.name, data: points, borderWidth: 1, pointRadius: 3 };
}
