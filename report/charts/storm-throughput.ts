import { formatMs, formatValue } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { burstFigures } from '../../results/fleet/figures.ts';
import type { Burst, Storm } from '../../results/fleet/storm.ts';
import { markedBy, type FleetView } from '../../results/tables/fleet.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { stormTable } from '../../results/tables/storm.ts';
import { isFarApart, panelHeight } from './fleet-look.ts';
import { looksOf } from './runtime-looks.ts';
import type { Figure, Json, JsonObject, Panel } from './spec.ts';

const FAR_APART = 6;

/** What starting many at once brings (boots per second) and costs (how long one of them takes). */
export function stormThroughput(storm: readonly FleetView<Storm>[]): Figure | undefined {
  if (storm.length === 0) return undefined;
  return {
    id: 'storm-throughput',
    scenario: 'storm',
    title: 'Boot storm: throughput, and the wait of each',
    caption:
      'Over how many were started at once. Boots per second: instances that got ready over the time until the last of them was. Beside it the median and the slowest of their times. Instances that did not get ready are in the table.',
    ...markedBy(storm, 'all'),
    layout: 'columns',
    panels: [throughput(storm), waits(storm)],
    table: stormTable(storm),
  };
}

function throughput(storm: readonly FleetView<Storm>[]): Panel {
  const looks = looksOf(storm.map(({ runtime }) => runtime));
  return panel(storm, {
    id: 'throughput',
    heading: 'Boots per second',
    unit: 'count',
    alt: storm
      .map(({ runtime, details }) => {
        const last = largest(details);
        return `${shortName(runtime)} ${last === undefined ? NOTHING : `${formatValue(last.bootsPerS, 'count/s')} with ${last.parallel} at once`}`;
      })
      .join('; '),
    lines: storm.map(({ runtime, details }, index) =>
      line(shortName(runtime), details, looks[index] ?? {}, ({ bootsPerS }) => bootsPerS, perSecond),
    ),
    figures: storm.map(({ details }) => details.bursts.map(({ bootsPerS }) => bootsPerS)),
  });
}

const perSecond = (rate: number): string => formatValue(rate, 'count/s');

function waits(storm: readonly FleetView<Storm>[]): Panel {
  const looks = looksOf(storm.map(({ runtime }) => runtime));
  const slowest = (burst: Burst): number | undefined => burstFigures(burst).slowestMs;
  return panel(storm, {
    id: 'waits',
    heading: 't0 to ready: median and slowest',
    unit: 'ms',
    alt: storm
      .map(({ runtime, details }) => {
        const last = largest(details);
        const ms = last && slowest(last);
        return `${shortName(runtime)} slowest ${ms === undefined ? NOTHING : formatMs(ms)}`;
      })
      .join('; '),
    lines: storm.flatMap(({ runtime, details }, index) => {
      const look = looks[index] ?? {};
      const name = shortName(runtime);
      return [
        line(
          `${name}: median`,
          details,
          { ...look, borderDash: [] },
          (burst) => burstFigures(burst).medianMs,
          formatMs,
        ),
        line(`${name}: slowest`, details, { ...look, ...ring }, slowest, formatMs),
      ];
    }),
    figures: storm.map(({ details }) => details.bursts.flatMap((burst) => slowest(burst) ?? [])),
  });
}

/** Around the point of the median where both are one. */
const ring: JsonObject = {
  borderDash: [4, 3],
  pointRadius: 7,
  pointHoverRadius: 9,
  pointBackgroundColor: '@surface',
  backgroundColor: '@surface',
};

const largest = ({ bursts }: Storm): Burst | undefined =>
  bursts.toSorted((a, b) => b.parallel - a.parallel)[0];

interface PanelStyle {
  id: string;
  heading: string;
  alt: string;
  unit: 'count' | 'ms';
  lines: Json[];
  /** What is drawn of each runtime. */
  figures: number[][];
}

function panel(storm: readonly FleetView<Storm>[], style: PanelStyle): Panel {
  const logarithmic = isFarApart(
    style.figures.map((figures) => Math.max(0, ...figures)),
    FAR_APART,
  );
  const positive = style.figures.flat().filter((figure) => figure > 0);
  const together = storm.flatMap(({ details }) => details.bursts.map(({ parallel }) => parallel));
  return {
    id: style.id,
    heading: style.heading,
    alt: `${style.heading} over instances started at once: ${style.alt}`,
    type: 'line',
    height: panelHeight(storm.length),
    narrowHeight: panelHeight(storm.length),
    data: { datasets: style.lines },
    options: {
      interaction: { mode: 'nearest', intersect: false },
      plugins: { legend: { display: true, position: 'bottom' } },
      scales: {
        x: {
          type: 'logarithmic',
          min: Math.min(...together) * 0.8,
          max: Math.max(...together) * 1.25,
          title: { display: true, text: 'started at once (log scale)' },
          ticks: { format: 'count', base: 2 },
        },
        y: {
          ...(logarithmic
            ? { type: 'logarithmic', min: Math.min(...positive) / 1.6, max: Math.max(...positive) * 1.6 }
            : { type: 'linear', beginAtZero: true }),
          title: { display: logarithmic, text: logarithmic ? 'log scale' : '' },
          ticks: { format: style.unit },
        },
      },
    },
    plugins: [],
  };
}

function line(
  label: string,
  { bursts }: Storm,
  look: JsonObject,
  figureOf: (burst: Burst) => number | undefined,
  format: (figure: number) => string,
): Json {
  const points = bursts
    .toSorted((a, b) => a.parallel - b.parallel)
    .flatMap((burst) => {
      const figure = figureOf(burst);
      return figure === undefined ? [] : [{ x: burst.parallel, y: figure }];
    });
  return {
    ...look,
    label,
    data: points,
    texts: points.map(({ x, y }) => `${format(y)} with ${x} at once`),
  };
}
