import { formatValue } from '../../core/units.ts';
import { formatList } from '../../core/words.ts';

import { measuresTime } from '../../results/marks.ts';
import {
  distributionTable,
  SHOWN_POINTS,
  type Distribution,
  type Spread,
} from '../../results/tables/distribution.ts';
import { shortName, markOf } from '../../results/tables/runtimes.ts';
import { categoryAxis } from './axes.ts';
import { figureId, withMark } from './labels.ts';
import { colorOf } from './runtime-looks.ts';
import type { Figure, JsonObject, Panel } from './spec.ts';

/**
 * Every raw value and a box, a panel for each runtime with an axis of its own: on one axis the larger would press
 * the smaller into a line. All axes span the same share of their median, so that the noise compares.
 */
export function distribution(found: Distribution): Figure {
  const mark = markOf(
    found.spreads.map(({ runtime }) => runtime),
    measuresTime(found.unit) ? 'all' : 'none',
  );
  const window = commonWindow(found.spreads);
  const thinned = found.spreads.filter(({ n, shown }) => shown.length < n).map(({ runtime }) => runtime.name);
  return {
    id: figureId(found.metric, 'distribution'),
    scenario: found.scenario,
    title: `${found.title}, every boot`,
    caption:
      'Points: single boots. Box: quartiles and median; whiskers: smallest and largest value. ' +
      'Each panel has its own axis; all axes span the same share of their median, so widths compare as noise.' +
      (thinned.length === 0
        ? ''
        : ` Of ${formatList(thinned)} ${SHOWN_POINTS} points are shown, evenly chosen by rank; box and whiskers are of all.`),
    ...withMark(mark),
    layout: 'rows',
    panels: found.spreads.map((spread, index) => panel(found, spread, window, index)),
    table: distributionTable(found),
  };
}

/** From this many points on they are small and plain: as circles with an edge they would make an SVG of megabytes. */
const CROWD = 100;
const smallMark: JsonObject = { itemBorderWidth: 0, itemRadius: 2.5, itemStyle: 'rectRot' };

/** How far below and above its median an axis goes, as a share of the median. */
interface Window {
  below: number;
  above: number;
}

function commonWindow(spreads: readonly Spread[]): Window {
  const relative = (spread: Spread, value: number): number =>
    spread.median === 0 ? 1 : Math.abs(value - spread.median) / Math.abs(spread.median);
  const reach = (end: (spread: Spread) => number): number =>
    Math.max(0.01, ...spreads.map((spread) => relative(spread, end(spread)))) * 1.2;
  return { below: reach(({ min }) => min), above: reach(({ max }) => max) };
}

function panel({ unit, title }: Distribution, spread: Spread, window: Window, index: number): Panel {
  const { runtime, n, missing, median, min, max, p25, p75, shown } = spread;
  const span = median === 0 ? Math.max(1, max, -min) : Math.abs(median);
  const text = `median ${formatValue(median, unit)}, quartiles ${formatValue(p25, unit)} to ${formatValue(p75, unit)}, ${formatValue(min, unit)} to ${formatValue(max, unit)}`;
  const axis: JsonObject = {
    type: 'linear',
    min: Math.max(Math.min(0, min), median - span * window.below),
    max: median + span * window.above,
    ticks: { format: unit, includeBounds: false, maxTicksLimit: 7 },
  };
  return {
    id: `runtime${index}`,
    heading: `${shortName(runtime)} · n = ${n}${missing === 0 ? '' : `, ${missing} missing`} · median ${formatValue(median, unit)}`,
    alt: `${title} in ${shortName(runtime)}: ${text}, n = ${n}`,
    type: 'boxplot',
    height: 118,
    narrowHeight: 118,
    data: {
      labels: [''],
      datasets: [
        {
          label: runtime.name,
          data: [
            {
              min,
              q1: p25,
              median,
              q3: p75,
              max,
              mean: median,
              whiskerMin: min,
              whiskerMax: max,
              items: shown,
              outliers: [],
            },
          ],
          texts: [text],
          backgroundColor: `@${colorOf(runtime)}Soft`,
          borderColor: `@${colorOf(runtime)}`,
          medianColor: `@${colorOf(runtime)}`,
          itemBackgroundColor: `@${colorOf(runtime)}`,
          itemBorderColor: '@surface',
          ...(shown.length > CROWD
            ? smallMark
            : { itemBorderWidth: 1, itemRadius: 3.5, itemStyle: 'circle' }),
          borderWidth: 1.5,
          meanRadius: 0,
          outlierRadius: 0,
          barThickness: 44,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      plugins: { legend: { display: false } },
      scales: { x: axis, y: { ...categoryAxis, display: false } },
    },
    plugins: [],
  };
}
