import { formatMs } from '../../core/units.ts';
import type { Density } from '../../results/fleet/density.ts';
import { stepsWithInstances } from '../../results/fleet/figures.ts';
import { markedBy, type FleetView } from '../../results/tables/fleet.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { readyTable, type ReadyTimes } from '../../results/tables/density-ready.ts';
import { msAxis } from './axes.ts';
import { countAxis } from './density-growth.ts';
import { isFarApart, panelHeight } from './fleet-look.ts';
import { looksOf } from './runtime-looks.ts';
import type { Figure, Json, JsonObject } from './spec.ts';

/** Less than charges may be: that boots get slower has to be seen of the quicker runtime, too. */
const FAR_APART = 4;

/** How long each instance took to boot beside those that lived already. */
export function densityReady(density: readonly FleetView<Density>[]): Figure | undefined {
  const shown = density.flatMap((series) => {
    const readyMs = stepsWithInstances(series.details).flatMap((step) => step.readyMs);
    return readyMs.length === 0 ? [] : [{ ...series, readyMs }];
  });
  if (shown.length === 0) return undefined;
  const all = shown.flatMap(({ readyMs }) => readyMs);
  const logarithmic = isFarApart(
    shown.map(({ readyMs }) => Math.max(...readyMs)),
    FAR_APART,
  );
  const most = Math.max(...shown.map(({ readyMs }) => readyMs.length));
  const looks = looksOf(shown.map(({ runtime }) => runtime));
  return {
    id: 'density-ready',
    scenario: 'density',
    title: 'Density: boot time of the next instance',
    caption:
      't0 to ready of each instance, in order of their start: the first boots alone, each further one beside those before it and those that are started with it. Instances that never got ready are left out.' +
      (logarithmic ? ' Both axes are logarithmic.' : ''),
    ...markedBy(shown, 'all'),
    layout: 'rows',
    panels: [
      {
        id: 'ready',
        alt: `Boot time over the number of the instance: ${shown.map(({ runtime, readyMs }) => `${shortName(runtime)} ${firstToLast(readyMs)}`).join('; ')}`,
        type: 'line',
        height: 280 + Math.ceil(shown.length / 3) * 24,
        narrowHeight: panelHeight(shown.length),
        data: { datasets: shown.map((series, index) => dataset(series, looks[index] ?? {})) },
        options: {
          interaction: { mode: 'nearest', intersect: false },
          plugins: { legend: { display: true, position: 'bottom' } },
          scales: {
            x: {
              ...countAxis(most, logarithmic),
              title: { display: true, text: `number of the instance${logarithmic ? ' (log scale)' : ''}` },
            },
            y: logarithmic ? logAxis(all) : msAxis('t0 to ready'),
          },
        },
        plugins: [],
      },
    ],
    table: readyTable(shown),
  };
}

function firstToLast(readyMs: readonly number[]): string {
  const [first = 0, last = 0] = [readyMs[0], readyMs.at(-1)];
  return `${formatMs(first)} alone, ${formatMs(last)} as number ${readyMs.length}`;
}

function dataset({ runtime, readyMs }: ReadyTimes, look: JsonObject): Json {
  return {
    ...look,
    label: shortName(runtime),
    data: readyMs.map((ms, index) => ({ x: index + 1, y: ms })),
    texts: readyMs.map((ms, index) => `number ${index + 1}: ${formatMs(ms)}`),
    borderWidth: 1,
    pointRadius: readyMs.length > 60 ? 2 : 3.5,
  };
}

function logAxis(ms: readonly number[]): JsonObject {
  const positive = ms.filter((value) => value > 0);
  return {
    type: 'logarithmic',
    min: Math.min(...positive) / 1.6,
    max: Math.max(...positive) * 1.6,
    title: { display: true, text: 't0 to ready (log scale)' },
    ticks: { format: 'ms' },
  };
}
