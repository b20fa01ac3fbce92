import { formatBytes } from '../../core/units.ts';

import { shortName, markOf } from '../../results/tables/runtimes.ts';
import { waterfallTable, type Fall, type Waterfall } from '../../results/tables/waterfall.ts';
import { bytesAxis, categoryAxis, labelRoom } from './axes.ts';
import { figureId, withMark } from './labels.ts';
import { partColor } from './memory-colors.ts';
import type { Figure, Panel } from './spec.ts';

const ROW_HEIGHT = 25;

/** How each runtime's total comes about, part by part, side by side and each on its own scale. */
export function memoryWaterfall(waterfall: Waterfall): Figure {
  const mark = markOf(waterfall.falls.map(({ runtime }) => runtime));
  return {
    id: figureId(waterfall.scenario, 'waterfall'),
    scenario: waterfall.scenario,
    title: `${waterfall.title}: how the total comes about`,
    caption:
      'Each part starts where the one above it ends, a negative one to the left; the last row is the total. Each panel ' +
      'has its own scale, and the parts that its runtime has. ' +
      `Parts of one boot each, the one whose total is nearest to the median (${waterfall.falls.map(({ runtime, round, n }) => `${runtime.name}: round ${round}, n = ${n}`).join('; ')}), so that they add up.`,
    ...withMark(mark),
    layout: 'columns',
    panels: waterfall.falls.map((fall, index) => panel(waterfall, fall, index)),
    table: waterfallTable(waterfall),
  };
}

function panel({ parts: all }: Waterfall, { runtime, partBytes, totalBytes }: Fall, index: number): Panel {
  const parts = all.flatMap(({ id, title }, part) => {
    const bytes = partBytes[part];
    return bytes === undefined ? [] : [{ id, title, bytes }];
  });
  const steps: [number, number][] = [...stepsOf(parts.map(({ bytes }) => bytes)), [0, totalBytes]];
  const texts = [...parts.map(({ bytes }) => bytes), totalBytes].map(formatBytes);
  const ends = steps.flat();
  const height = steps.length * ROW_HEIGHT + 50;
  return {
    id: `runtime${index}`,
    heading: `${shortName(runtime)} · ${formatBytes(totalBytes)}`,
    alt: `Memory waterfall of ${shortName(runtime)}: ${parts.map(({ title }, part) => `${title} ${String(texts[part])}`).join(', ')}; total ${formatBytes(totalBytes)}`,
    type: 'bar',
    height,
    narrowHeight: height,
    data: {
      labels: [...parts.map(({ title }) => title), 'Total'],
      datasets: [
        {
          label: runtime.name,
          data: steps,
          texts,
          outside: texts,
          side: 'right',
          backgroundColor: [...parts.map(({ id }) => `@${partColor(id)}`), '@ink'],
          borderWidth: 0,
          barThickness: 15,
        },
      ],
    },
    options: {
      indexAxis: 'y',
      layout: labelRoom,
      plugins: { legend: { display: false } },
      scales: { x: bytesAxis('', Math.min(0, ...ends), Math.max(...ends) * 1.02, 4), y: categoryAxis },
    },
    plugins: ['connectors', 'outside-labels'],
  };
}

/** Where each part starts and ends. */
function stepsOf(partBytes: readonly number[]): [number, number][] {
  let sum = 0;
  return partBytes.map((bytes) => {
    const start = sum;
    sum += bytes;
    return [start, sum];
  });
}
