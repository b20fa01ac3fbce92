import { formatBytes } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';

import { markedName, markOf } from '../../results/tables/runtimes.ts';
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
      'Each part starts where the one above it ends; the last row is the total. Each panel has its own scale. ' +
      `Parts of one boot each, the one whose total is nearest to the median (${waterfall.falls.map(({ runtime, round, n }) => `${runtime.name}: round ${round}, n = ${n}`).join('; ')}), so that they add up.`,
    ...withMark(mark),
    layout: 'columns',
    panels: waterfall.falls.map((fall, index) => panel(waterfall, fall, index)),
    table: waterfallTable(waterfall),
  };
}

function panel({ parts }: Waterfall, { runtime, partBytes, totalBytes }: Fall, index: number): Panel {
  const steps = [...stepsOf(partBytes), [0, totalBytes] as [number, number]];
  const texts = [...partBytes, totalBytes].map((bytes) =>
    bytes === undefined ? NOTHING : formatBytes(bytes),
  );
  const ends = steps.flatMap((step) => step ?? []);
  const height = steps.length * ROW_HEIGHT + 50;
  return {
    id: `runtime${index}`,
    heading: `${markedName(runtime)} · ${formatBytes(totalBytes)}`,
    alt: `Memory waterfall of ${markedName(runtime)}: ${parts.map(({ title }, part) => `${title} ${String(texts[part])}`).join(', ')}; total ${formatBytes(totalBytes)}`,
    type: 'bar',
    height,
    narrowHeight: height,
    data: {
      labels: [...parts.map(({ title }) => title), 'Total'],
      datasets: [
        {
          label: runtime.name,
          data: steps.map((step) => step ?? null),
          texts,
          outside: texts,
          side: 'right',
          backgroundColor: [...parts.map(({ id }) => `@${partColor(id)}`), '@ink'],
          borderWidth: 0,
          barThickness: 15,
          minBarLength: 1,
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

/** Where each part starts and ends; one that is not there leaves the sum where it was. */
function stepsOf(partBytes: readonly (number | undefined)[]): ([number, number] | undefined)[] {
  let sum = 0;
  return partBytes.map((bytes) => {
    if (bytes === undefined) return undefined;
    const start = sum;
    sum += bytes;
    return [start, sum];
  });
}
