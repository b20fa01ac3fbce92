import { formatBytes } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import type { Density, DensityStep } from '../../results/fleet/density.ts';
import {
  endLabel,
  endsWithParts,
  isUnexplained,
  partOfOne,
  partsOver,
  type Part,
} from '../../results/fleet/parts.ts';
import { markedBy, type FleetView } from '../../results/tables/fleet.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { partShare, partsTable } from '../../results/tables/density.ts';
import { bytesAxis, categoryAxis } from './axes.ts';
import { scalesOf } from './fleet-look.ts';
import { partColor } from './memory-colors.ts';
import type { Figure, Panel } from './spec.ts';

/** The parts of one instance, when it lives alone and when many do: what shrinks is shared. */
export function densityParts(density: readonly FleetView<Density>[]): Figure | undefined {
  const shown = density.flatMap((series) => shownOf(series) ?? []);
  const table = partsTable(density);
  if (table === undefined) return undefined;
  const ends = shown.flatMap(({ steps }) => steps);
  // Of a part that nobody has there is nothing to see but its name in the legend.
  const parts = partsOver(ends).filter(({ id }) => ends.some((step) => (partOfOne(step, id) ?? 0) !== 0));
  const scales = scalesOf(shown.map(({ steps }) => highest(steps)));
  const unexplained = shown.flatMap((series) => unexplainedText(series) ?? []);
  return {
    id: 'density-parts',
    scenario: 'density',
    title: 'Density: where the memory of one instance goes, alone and among many',
    caption:
      'The charge of all instances by part, divided by the live ones. What is smaller among many is shared between them.' +
      scales.note +
      (unexplained.length === 0 ? '' : ` Left unexplained: ${unexplained.join('; ')}.`),
    ...markedBy(shown),
    layout: 'rows',
    panels: shown.map((series, index) =>
      panel(series, parts, {
        index,
        end: scales.ends[index] ?? 1,
        isLast: index === shown.length - 1,
      }),
    ),
    table,
  };
}

type Shown = FleetView<Density> & { steps: DensityStep[] };

function shownOf(series: FleetView<Density>): Shown | undefined {
  const steps = endsWithParts(series.details);
  return steps.length === 0 ? undefined : { ...series, steps };
}

const textOf = (bytes: number | undefined): string => (bytes === undefined ? NOTHING : formatBytes(bytes));

interface Place {
  index: number;
  /** Where its axis ends. */
  end: number;
  isLast: boolean;
}

function panel({ runtime, steps }: Shown, parts: readonly Part[], { index, end, isLast }: Place): Panel {
  const totals = steps.map(({ totalBytes, live }) => totalBytes / live);
  const height = steps.length * 52 + 40;
  return {
    id: `runtime${index}`,
    heading: shortName(runtime),
    alt: `Stacked bars of the parts of one instance of ${shortName(runtime)}: ${steps.map((step, at) => `${endLabel(step)} ${textOf(totals[at])}`).join(', ')}`,
    type: 'bar',
    height: height + (isLast ? 64 : 0),
    narrowHeight: height + (isLast ? 150 : 0),
    data: {
      labels: steps.map((step, at) => [endLabel(step), textOf(totals[at])]),
      datasets: parts.map(({ id, title }) => {
        const texts = steps.map((step) => textOf(partOfOne(step, id)));
        return {
          label: title,
          data: steps.map((step) => partOfOne(step, id) ?? null),
          texts,
          inside: texts,
          backgroundColor: `@${partColor(id)}`,
          borderColor: '@surface',
          borderWidth: { left: 0, right: 1, top: 0, bottom: 0 },
          borderSkipped: false,
          barThickness: 26,
        };
      }),
    },
    options: {
      indexAxis: 'y',
      plugins: { legend: { display: isLast, position: 'bottom' } },
      scales: {
        x: { ...bytesAxis('', lowest(steps), end * 1.04), stacked: true },
        y: { ...categoryAxis, stacked: true },
      },
    },
    plugins: ['inside-labels'],
  };
}

function sumOf({ parts, live }: DensityStep, sign: 1 | -1): number {
  return parts.reduce((sum, { bytes }) => (bytes * sign > 0 ? sum + bytes : sum), 0) / live;
}

const highest = (steps: readonly DensityStep[]): number => Math.max(...steps.map((step) => sumOf(step, 1)));

/** A negative part that is too small to be seen must not cost the axis a whole step. */
function lowest(steps: readonly DensityStep[]): number {
  const low = Math.min(0, ...steps.map((step) => sumOf(step, -1)));
  return -low < highest(steps) / 200 ? 0 : low;
}

function unexplainedText({ runtime, steps }: Shown): string | undefined {
  const shares = steps.flatMap((step) => {
    const bytes = step.parts.find(isUnexplained);
    return bytes === undefined ? [] : [`${partShare(bytes.bytes / step.live, step)} (${endLabel(step)})`];
  });
  return shares.length === 0 ? undefined : `${runtime.name} ${shares.join(', ')}`;
}
