import { formatValue } from '../../core/units.ts';
import { measuresTime } from '../../results/marks.ts';
import {
  costExposureTable,
  type Axis,
  type CostExposure,
  type Place,
} from '../../results/tables/cost-exposure.ts';
import { markedBy } from '../../results/tables/fleet.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { bytesAxis, msAxis } from './axes.ts';
import { panelHeight } from './fleet-look.ts';
import { looksOf } from './runtime-looks.ts';
import type { Figure, Json, JsonObject, Panel } from './spec.ts';

/** A panel for each exposure, all over the same cost: down and left is better. */
export function costExposure(found: CostExposure): Figure {
  const { scenario, cost, places } = found;
  const shown = found.exposures.filter((_, index) => mostOf(found, index) > 0);
  return {
    id: 'cost-exposure',
    scenario,
    title: 'Cost against exposure',
    caption:
      `Each runtime’s ${cost.title.toLowerCase()} (median, with its 95 % interval as a line) over each part of its ` +
      'exposure. The parts are of different kinds and are not added up. A runtime that lies lower and further left than ' +
      'another costs less and exposes less.' +
      noneText(found, shown),
    ...markedBy(places, measuresTime(cost.unit) ? 'all' : 'none'),
    layout: 'columns',
    panels: shown.map((exposure) => panel(found, exposure, found.exposures.indexOf(exposure))),
    table: costExposureTable(found),
  };
}

/** The largest value of an exposure over all runtimes. */
function mostOf({ places }: CostExposure, index: number): number {
  return Math.max(0, ...places.map(({ exposures }) => exposures[index]?.median ?? 0));
}

/** What is 0 for all has no panel. */
function noneText({ exposures }: CostExposure, shown: readonly Axis[]): string {
  const none = exposures.filter((exposure) => !shown.includes(exposure)).map(({ title }) => title);
  return none.length === 0 ? '' : ` Not drawn, since it is 0 for all: ${none.join(', ')}.`;
}

function panel(found: CostExposure, exposure: Axis, index: number): Panel {
  const { cost, places } = found;
  const looks = looksOf(places.map(({ runtime }) => runtime));
  const costs = places.flatMap((place) => [place.cost.median, place.cost.interval?.high ?? 0]);
  const placed = places.map((place) => placeText(place, cost, index)).join('; ');
  return {
    id: exposure.metric.replace(/\W/g, '-'),
    heading: exposure.title,
    alt: `${exposure.title} over ${cost.title.toLowerCase()}: ${placed}`,
    type: 'line',
    height: panelHeight(places.length),
    narrowHeight: panelHeight(places.length),
    data: {
      datasets: places.map((place, at) =>
        dataset(place, cost, index, { ...looks[at], ...sizeOf(found, index, at) }),
      ),
    },
    options: {
      interaction: { mode: 'nearest', intersect: false },
      plugins: { legend: { display: true, position: 'bottom' } },
      scales: { x: costAxis(cost, Math.max(...costs) * 1.08), y: exposureAxis(mostOf(found, index)) },
    },
    plugins: ['fits'],
  };
}

/** How near, of the whole of an axis, marks cover each other. */
const SAME_PLACE = 0.03;

/** Runtimes in one place are seen as rings: the first is drawn above the others, and is the smallest. */
function sizeOf(found: CostExposure, index: number, at: number): JsonObject {
  const { places } = found;
  const mostCost = Math.max(...places.map(({ cost }) => cost.median));
  const isNear = (a: number, b: number, most: number): boolean => Math.abs(a - b) <= SAME_PLACE * most;
  const mine = places[at];
  const covered = places.slice(0, at).filter((other) => {
    const [exposure, others] = [mine?.exposures[index]?.median, other.exposures[index]?.median];
    if (mine === undefined || exposure === undefined || others === undefined) return false;
    return (
      isNear(mine.cost.median, other.cost.median, mostCost) && isNear(exposure, others, mostOf(found, index))
    );
  }).length;
  const radius = 5 + 2.5 * covered;
  return { pointRadius: radius, pointHoverRadius: radius + 2 };
}

function placeText({ runtime, cost, exposures }: Place, { unit }: Axis, index: number): string {
  const value = exposures[index]?.median;
  const exposed = value === undefined ? 'not known' : formatValue(value, exposures[index]?.unit ?? 'count');
  return `${shortName(runtime)} ${exposed} at ${formatValue(cost.median, unit)}`;
}

function dataset(place: Place, cost: Axis, index: number, look: JsonObject): Json {
  const value = place.exposures[index]?.median;
  const interval = place.cost.interval;
  return {
    ...look,
    label: shortName(place.runtime),
    data: value === undefined ? [] : [{ x: place.cost.median, y: value }],
    texts: [placeText(place, cost, index)],
    showLine: false,
    ...(value !== undefined &&
      interval !== undefined && {
        fit: [
          [interval.low, value],
          [interval.high, value],
        ],
      }),
  };
}

function costAxis({ title, unit }: Axis, most: number): JsonObject {
  return unit === 'bytes' ? bytesAxis(title, 0, most) : { ...msAxis(title), max: most };
}

function exposureAxis(most: number): JsonObject {
  return {
    type: 'linear',
    min: 0,
    max: Math.max(1, most * 1.08),
    ticks: { format: 'count', precision: 0, includeBounds: false },
  };
}
