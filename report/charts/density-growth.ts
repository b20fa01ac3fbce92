import { formatBytes } from '../../core/units.ts';
import type { Density, DensityStep, Slope } from '../../results/fleet/density.ts';
import { stepsWithInstances } from '../../results/fleet/figures.ts';
import { markedBy, type FleetView } from '../../results/tables/fleet.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { stepsTable } from '../../results/tables/density-steps.ts';
import { bytesAxis } from './axes.ts';
import { isFarApart, panelHeight } from './fleet-look.ts';
import { looksOf } from './runtime-looks.ts';
import type { Figure, JsonObject, Panel } from './spec.ts';

/** Up to here both runtimes are seen to grow on one linear axis. */
const FAR_APART = 20;

/**
 * All instances together over how many live, by two measures: the points of the steps, and what one more costs as a
 * line.
 */
export function densityGrowth(density: readonly FleetView<Density>[]): Figure | undefined {
  if (density.length === 0) return undefined;
  const logarithmic = isFarApart(
    density.flatMap(({ details }) => {
      const last = stepsWithInstances(details).at(-1);
      return last === undefined ? [] : [last.totalBytes / last.live];
    }),
    FAR_APART,
  );
  return {
    id: 'density-growth',
    scenario: 'density',
    title: 'Density: what all instances cost together',
    caption:
      'Points: the steps. Lines: what one more instance costs (Theil–Sen); bands: the 95 % interval of the slope, drawn about the middle step. ' +
      (logarithmic ? 'Both axes are logarithmic, because the runtimes lie far apart.' : ''),
    ...markedBy(density),
    layout: 'columns',
    panels: [panel(density, charge, logarithmic), panel(density, fall, logarithmic)],
    table: stepsTable(density),
  };
}

interface Measure {
  id: string;
  heading: string;
  bytesOf: (step: DensityStep) => number;
  fitOf: (density: Density) => Slope | undefined;
}

const charge: Measure = {
  id: 'charge',
  heading: 'Charge of all control groups',
  bytesOf: ({ totalBytes }) => totalBytes,
  fitOf: ({ fits }) => fits.total,
};

const fall: Measure = {
  id: 'available',
  heading: 'Fall of the host’s MemAvailable',
  bytesOf: ({ hostDeltaBytes }) => hostDeltaBytes,
  fitOf: ({ fits }) => fits.hostDelta,
};

function panel(density: readonly FleetView<Density>[], measure: Measure, logarithmic: boolean): Panel {
  const looks = looksOf(density.map(({ runtime }) => runtime));
  const steps = density.flatMap(({ details }) => stepsWithInstances(details));
  const most = Math.max(...steps.map(({ live }) => live));
  const datasets = density.map((series, index) => dataset(series, measure, logarithmic, looks[index] ?? {}));
  const bandEnds = datasets.flatMap(({ band = [] }) => band.flatMap(([, low, high]) => [low, high]));
  return {
    id: measure.id,
    heading: measure.heading,
    alt: `${measure.heading} over live instances: ${density.map((series) => `${shortName(series.runtime)} ${lineText(measure.fitOf(series.details))}`).join('; ')}`,
    type: 'line',
    height: panelHeight(density.length),
    narrowHeight: panelHeight(density.length),
    data: { datasets },
    options: {
      interaction: { mode: 'nearest', intersect: false },
      plugins: { legend: { display: true, position: 'bottom' } },
      scales: {
        x: countAxis(most, logarithmic),
        y: sizeAxis(steps.map(measure.bytesOf), bandEnds, logarithmic),
      },
    },
    plugins: ['fits'],
  };
}

function lineText(fit: Slope | undefined): string {
  return fit === undefined ? 'one step only' : `${formatBytes(fit.slope)} for one more`;
}

function dataset(
  { runtime, details }: FleetView<Density>,
  measure: Measure,
  logarithmic: boolean,
  look: JsonObject,
): JsonObject & Line {
  const steps = stepsWithInstances(details);
  const shown = steps.filter((step) => !logarithmic || measure.bytesOf(step) > 0);
  const fit = measure.fitOf(details);
  return {
    ...look,
    label: `${shortName(runtime)}: ${lineText(fit)}`,
    data: shown.map((step) => ({ x: step.live, y: measure.bytesOf(step) })),
    texts: shown.map((step) => `${formatBytes(measure.bytesOf(step))} at ${step.live} live`),
    showLine: false,
    ...(fit === undefined ? {} : lineOf(fit, steps)),
  };
}

/** On logarithmic axes a straight line is a curve. */
const LINE_POINTS = 24;

/** Points of the line, and of the band that it may lie in. */
interface Line {
  fit?: [x: number, y: number][];
  band?: [x: number, low: number, high: number][];
}

/** The line from the first step to the last, and between what it lies with the ends of its interval. */
function lineOf({ slope, intercept, interval }: Slope, steps: readonly DensityStep[]): Line {
  const lives = steps.map(({ live }) => live).sort((a, b) => a - b);
  const [first = 1, last = 1] = [lives[0], lives.at(-1)];
  const middle = lives[Math.floor(lives.length / 2)] ?? first;
  const at = Array.from(
    { length: LINE_POINTS + 1 },
    (_, index) => first * (last / first) ** (index / LINE_POINTS),
  );
  const pivot = intercept + slope * middle;
  return {
    fit: at.map((x) => [x, intercept + slope * x]),
    ...(interval && {
      band: at.map((x) => {
        const ends = [pivot + interval.low * (x - middle), pivot + interval.high * (x - middle)];
        return [x, Math.min(...ends), Math.max(...ends)];
      }),
    }),
  };
}

/** Instances, from none on, or from one on a logarithmic axis. */
export function countAxis(most: number, logarithmic = false): JsonObject {
  return {
    type: logarithmic ? 'logarithmic' : 'linear',
    min: logarithmic ? 0.8 : 0,
    max: logarithmic ? most * 1.25 : Math.max(2, most * 1.05),
    title: { display: true, text: logarithmic ? 'live instances (log scale)' : 'live instances' },
    ticks: { format: 'count', precision: 0, includeBounds: false, ...(logarithmic ? { base: 2 } : {}) },
  };
}

/** How far below the least point a band may pull a logarithmic axis, on which the way to zero has no end. */
const LEAST_OF_BAND = 1 / 16;

/** Bands are inside as points are, but for what of them lies about zero on a logarithmic axis. */
function sizeAxis(points: readonly number[], bandEnds: readonly number[], logarithmic: boolean): JsonObject {
  const all = [...points, ...bandEnds];
  const positive = points.filter((value) => value > 0);
  if (!logarithmic || positive.length === 0)
    return bytesAxis('', Math.min(0, ...all), Math.max(...all) * 1.05);
  const least = Math.min(...positive);
  return {
    type: 'logarithmic',
    min: Math.max(least * LEAST_OF_BAND, Math.min(least, ...bandEnds)) / 1.5,
    max: Math.max(...all) * 1.5,
    title: { display: true, text: 'log scale' },
    ticks: { format: 'bytes', base: 2 },
  };
}
