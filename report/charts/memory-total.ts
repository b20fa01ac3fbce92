import { formatBytes } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';

import { shortName, markOf } from '../../results/tables/runtimes.ts';
import { totalsTable, type Fall, type Waterfall } from '../../results/tables/waterfall.ts';
import { bytesAxis, categoryAxis } from './axes.ts';
import { barLines, figureId, withMark } from './labels.ts';
import { partColor } from './memory-colors.ts';
import type { Figure } from './spec.ts';

/** The totals on one scale, stacked by part: what the host pays for one instance of each. */
export function memoryTotal(waterfall: Waterfall): Figure {
  const { falls } = waterfall;
  // Of a part that nobody has there is nothing to see but its name in the legend.
  const parts = waterfall.parts
    .map((part, index) => ({ ...part, bytes: falls.map(({ partBytes }) => partBytes[index]) }))
    .filter(({ bytes }) => bytes.some((value) => value !== undefined && value !== 0));
  const mark = markOf(falls.map(({ runtime }) => runtime));
  const height = falls.length * 52 + 40;
  return {
    id: figureId(waterfall.scenario, 'total'),
    scenario: waterfall.scenario,
    title: `${waterfall.title}: what the host spends on one instance`,
    caption:
      'On one scale. One boot each, the one whose total is nearest to the median, so that the parts add up; a negative part reaches left of zero and is already taken off the total.',
    ...withMark(mark),
    layout: 'rows',
    panels: [
      {
        id: 'total',
        alt: `Stacked bars of memory by part: ${falls.map(({ runtime, totalBytes }) => `${shortName(runtime)} ${formatBytes(totalBytes)}`).join(', ')}`,
        type: 'bar',
        height: height + legendHeight(parts.length, 5),
        narrowHeight: height + legendHeight(parts.length, 2),
        data: {
          labels: falls.map(({ runtime, totalBytes }) => barLines(runtime, formatBytes(totalBytes))),
          datasets: parts.map(({ id, title, bytes }) => ({
            label: title,
            data: bytes.map((value) => value ?? null),
            texts: bytes.map(textOf),
            inside: bytes.map(textOf),
            backgroundColor: `@${partColor(id)}`,
            borderColor: '@surface',
            borderWidth: { left: 0, right: 1, top: 0, bottom: 0 },
            borderSkipped: false,
            barThickness: 26,
          })),
        },
        options: {
          indexAxis: 'y',
          plugins: { legend: { display: true, position: 'bottom' } },
          scales: {
            x: { ...bytesAxis('', lowest(falls), highest(falls) * 1.04), stacked: true },
            y: { ...categoryAxis, stacked: true },
          },
        },
        plugins: ['inside-labels'],
      },
    ],
    table: totalsTable(waterfall),
  };
}

/** Room for the names of the parts below the bars, so many of them in a line. */
const legendHeight = (parts: number, inLine: number): number => Math.ceil(parts / inLine) * 24;

const textOf = (bytes: number | undefined): string => (bytes === undefined ? NOTHING : formatBytes(bytes));

const sumOf = ({ partBytes }: Fall, sign: 1 | -1): number =>
  partBytes.reduce<number>((sum, bytes = 0) => (bytes * sign > 0 ? sum + bytes : sum), 0);

const highest = (falls: readonly Fall[]): number => Math.max(...falls.map((fall) => sumOf(fall, 1)));

/** A negative part that is too small to be seen must not cost the axis a whole step. */
function lowest(falls: readonly Fall[]): number {
  const low = Math.min(0, ...falls.map((fall) => sumOf(fall, -1)));
  return -low < highest(falls) / 200 ? 0 : low;
}
