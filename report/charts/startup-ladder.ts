import { formatMs } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';

import { publishedFigures } from '../../results/facts/published-figures.ts';
import { ladderTable, type Climb, type Ladder } from '../../results/tables/ladder.ts';
import { shortName, markOf } from '../../results/tables/runtimes.ts';
import { categoryAxis, niceAbove, niceBelow } from './axes.ts';
import { figureId, withMark } from './labels.ts';
import { looksOf } from './runtime-looks.ts';
import type { Figure, Json, Overlay } from './spec.ts';

const ROW_HEIGHT = 34;

/**
 * When each rung was reached, all runtimes on one logarithmic axis: whoever defines "started" as some rung reads
 * off its row, and equal distances between two runtimes are equal ratios.
 */
export function startupLadder(ladder: Ladder): Figure {
  const mark = markOf(
    ladder.climbs.map(({ runtime }) => runtime),
    'all',
  );
  const times = ladder.climbs.flatMap(({ reachedMs }) =>
    reachedMs.flatMap((ms) => (ms !== undefined && ms > 0 ? [ms] : [])),
  );
  const height = ladder.rungs.length * ROW_HEIGHT + 80;
  const overlay = overlayOf(ladder, times);
  return {
    id: figureId(ladder.scenario, 'ladder'),
    scenario: ladder.scenario,
    title: `${ladder.title}: when each rung was reached`,
    caption:
      'Median time since t0, on a logarithmic axis: equal distances are equal ratios. ' +
      'Every definition of “started” is one of the rows.',
    ...withMark(mark),
    layout: 'rows',
    panels: [
      {
        id: 'ladder',
        alt: `Ladder of ${ladder.rungs.length} rungs on a logarithmic time axis for ${ladder.climbs.map(({ runtime }) => shortName(runtime)).join(' and ')}`,
        type: 'line',
        height,
        narrowHeight: height + 20,
        data: {
          labels: ladder.rungs.map(({ title }) => title),
          datasets: datasets(ladder.climbs),
        },
        options: {
          indexAxis: 'y',
          // Room for the labels of the last rungs.
          layout: { padding: { right: 30 } },
          interaction: { mode: 'nearest', intersect: false },
          plugins: { legend: { display: true } },
          scales: {
            x: {
              type: 'logarithmic',
              ...endsOf(times),
              title: { display: true, text: 'time since t0 (log scale)' },
              ticks: { format: 'ms' },
            },
            y: { ...categoryAxis, offset: true, grid: { display: true } },
          },
        },
        ...(overlay === undefined ? {} : { overlay }),
        plugins: ['outside-labels'],
      },
    ],
    table: ladderTable(ladder),
  };
}

function endsOf(times: readonly number[]): { min: number; max: number } {
  return { min: niceBelow(Math.min(...times) / 1.6), max: niceAbove(Math.max(...times) * 1.6) };
}

/** What others have published of these rungs, a cross in the row of each; `undefined` where nothing is known. */
function overlayOf({ rungs }: Ladder, times: readonly number[]): Overlay | undefined {
  const found = publishedFigures.flatMap((figure) => {
    const rung = rungs.find(({ id }) => id === figure.metric);
    return rung === undefined ? [] : [{ ...figure, row: rung.title }];
  });
  if (found.length === 0) return undefined;
  return {
    dataset: {
      label: 'published by others',
      data: found.map(({ value, row }) => ({ x: value, y: row })),
      texts: found.map(({ system, text, definition, date }) => `${system} ${text} (${date}), ${definition}`),
      showLine: false,
      borderColor: '@ink2',
      backgroundColor: '@ink2',
      borderWidth: 1.5,
      pointStyle: 'crossRot',
      pointRadius: 5,
      pointHoverRadius: 7,
    },
    ...endsOf([...times, ...found.map(({ value }) => value)]),
  };
}

const textOf = (ms: number | undefined): string => (ms === undefined ? NOTHING : formatMs(ms));

function datasets(climbs: readonly Climb[]): Json[] {
  const looks = looksOf(climbs.map(({ runtime }) => runtime));
  return climbs.map(({ runtime, reachedMs }, index) => {
    const texts = reachedMs.map(textOf);
    return {
      label: shortName(runtime),
      data: reachedMs.map((ms) => ms ?? null),
      texts,
      // With more than two runtimes the labels would lie on each other; tooltips and the table have them.
      ...(climbs.length <= 2
        ? { outside: texts, side: index === 0 && climbs.length === 2 ? 'left' : 'right' }
        : {}),
      spanGaps: true,
      ...looks[index],
    };
  });
}
