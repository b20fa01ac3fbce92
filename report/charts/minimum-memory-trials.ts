import { formatBytes, formatMs } from '../../core/units.ts';
import { limitOf } from '../../results/fleet/figures.ts';
import type { MinimumMemory, Trial } from '../../results/fleet/minimum-memory.ts';
import { trialText } from '../../results/fleet/fleet-text.ts';
import { markedBy, type FleetView } from '../../results/tables/fleet.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { trialsTable } from '../../results/tables/minimum-memory.ts';
import type { Figure, Json, JsonObject, Panel } from './spec.ts';

/**
 * Every boot of the bisections, a row for each runtime and one axis of memory for all: where the crosses end, it boots.
 */
export function minimumMemoryTrials(found: readonly FleetView<MinimumMemory>[]): Figure | undefined {
  if (found.length === 0) return undefined;
  const trials = found.flatMap(({ details }) => details.trials);
  const axis = memoryAxis(trials.map(({ memoryBytes }) => memoryBytes));
  const seen = outcomes.filter(({ outcome }) => trials.some((trial) => trial.outcome === outcome));
  return {
    id: 'minimum-memory-trials',
    scenario: 'minimum-memory',
    title: 'Minimum memory: every boot that was tried',
    caption:
      'One mark for each boot, on one logarithmic axis of the memory that it had: the limit of a container, the size of a VM. Headings give the smallest that got ready in time.',
    ...markedBy(found),
    layout: 'rows',
    panels: found.map((series, index) =>
      panel(series, { index, axis, styles: seen, isLast: index === found.length - 1 }),
    ),
    table: trialsTable(found),
  };
}

function memoryAxis(sizes: readonly number[]): JsonObject {
  return {
    type: 'logarithmic',
    min: Math.min(...sizes) / 1.3,
    max: Math.max(...sizes) * 1.3,
    ticks: { format: 'bytes', base: 2 },
  };
}

interface Place {
  index: number;
  axis: JsonObject;
  /** Of the outcomes that the legend names. */
  styles: readonly OutcomeStyle[];
  isLast: boolean;
}

function panel(
  { runtime, details }: FleetView<MinimumMemory>,
  { index, axis, styles, isLast }: Place,
): Panel {
  const height = 64 + (isLast ? 40 : 0);
  return {
    id: `runtime${index}`,
    heading: `${shortName(runtime)} · ${smallestText(details)}`,
    alt: `${details.trials.length} boots of ${shortName(runtime)} by memory: ${smallestText(details)}`,
    type: 'line',
    height,
    narrowHeight: height,
    data: { datasets: styles.map((style) => dataset(details, style)) },
    options: {
      interaction: { mode: 'nearest', intersect: false },
      // Room for marks at the ends.
      layout: { padding: { left: 12, right: 24 } },
      plugins: { legend: { display: isLast, position: 'bottom' } },
      scales: { x: axis, y: { type: 'linear', min: -1, max: 1, ticks: { stepSize: 1, display: false } } },
    },
    plugins: [],
  };
}

function smallestText(details: MinimumMemory): string {
  const { smallest } = limitOf(details);
  return smallest === undefined
    ? 'none got ready in time'
    : `boots with ${formatBytes(smallest.memoryBytes)}`;
}

interface OutcomeStyle {
  outcome: Trial['outcome'];
  label: string;
  color: string;
  pointStyle: string;
}

const outcomes: readonly OutcomeStyle[] = [
  { outcome: 'ready', label: 'ready in time', color: '@user1', pointStyle: 'circle' },
  { outcome: 'too-slow', label: 'too slow', color: '@agent0', pointStyle: 'triangle' },
  { outcome: 'failed', label: 'failed', color: '@accent', pointStyle: 'crossRot' },
];

function dataset({ trials }: MinimumMemory, { outcome, label, color, pointStyle }: OutcomeStyle): Json {
  const shown = trials.filter((trial) => trial.outcome === outcome);
  return {
    label,
    data: shown.map(({ memoryBytes }) => ({ x: memoryBytes, y: 0 })),
    texts: shown.map(tooltipOf),
    showLine: false,
    borderColor: color,
    backgroundColor: color,
    borderWidth: 2,
    pointStyle,
    pointRadius: 6,
    pointHoverRadius: 8,
  };
}

function tooltipOf(trial: Trial): string {
  const { memoryBytes, readyMs } = trial;
  return `${formatBytes(memoryBytes)}: ${trialText(trial)}${readyMs === undefined ? '' : ` after ${formatMs(readyMs)}`}`;
}
