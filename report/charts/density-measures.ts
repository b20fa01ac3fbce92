import { formatBytes } from '../../core/units.ts';
import type { Density, DensityStep } from '../../results/fleet/density.ts';
import { stepsWithInstances } from '../../results/fleet/figures.ts';
import { markedBy, type FleetView } from '../../results/tables/fleet.ts';
import { shortName } from '../../results/tables/runtimes.ts';
import { measuresTable, type LastStep } from '../../results/tables/density-measures.ts';
import { bytesAxis, categoryAxis, labelRoom } from './axes.ts';
import { scalesOf } from './fleet-look.ts';
import type { Figure, Panel } from './spec.ts';

/**
 * One instance of a full host by every measure there is: where they differ, something is shared or charged to nobody.
 */
export function densityMeasures(density: readonly FleetView<Density>[]): Figure | undefined {
  const shown = density.flatMap((series) => {
    const last = stepsWithInstances(series.details).at(-1);
    return last === undefined ? [] : [{ ...series, last }];
  });
  if (shown.length === 0) return undefined;
  const scales = scalesOf(shown.map(({ last }) => largestOf(last)));
  return {
    id: 'density-measures',
    scenario: 'density',
    title: 'Density: one instance, by four measures',
    caption:
      'Everything at the last step, divided by the live instances. PSS is split into pages that no other process maps (private, USS) and the share of pages that several map. ' +
      'PSS misses the kernel’s memory and page cache that nothing maps; the charge counts page cache that the host may drop, which MemAvailable takes for free, and misses what no control group pays for; MemAvailable sees what other processes do, too.' +
      scales.note,
    ...markedBy(density),
    layout: 'columns',
    panels: shown.map((series, index) => panel(series, index, scales.ends[index] ?? 1)),
    table: measuresTable(shown),
  };
}

/** Bytes of one instance by the measure that says most. */
const largestOf = ({ hostDeltaBytes, totalBytes, pssBytes, live }: DensityStep): number =>
  Math.max(hostDeltaBytes, totalBytes, pssBytes) / live;

function panel({ runtime, last }: LastStep, index: number, end: number): Panel {
  const each = (bytes: number): number => bytes / last.live;
  const [fall, charge] = [each(last.hostDeltaBytes), each(last.totalBytes)];
  const [pss, own] = [each(last.pssBytes), each(last.privateBytes)];
  // Both are read process by process, while pages come and go.
  const shared = Math.max(0, pss - own);
  const [fallText, chargeText, pssText] = [fall, charge, pss].map(formatBytes);
  return {
    id: `runtime${index}`,
    heading: `${shortName(runtime)} · ${last.live} live`,
    alt: `One instance of ${shortName(runtime)} among ${last.live}: MemAvailable ${String(fallText)}, charge ${String(chargeText)}, PSS ${String(pssText)}, of which private ${formatBytes(own)}`,
    type: 'bar',
    height: 220,
    narrowHeight: 230,
    data: {
      labels: ['MemAvailable', 'Charge', ['PSS', String(pssText)]],
      datasets: [
        {
          label: 'all of it',
          data: [fall, charge, null],
          texts: [fallText ?? '', chargeText ?? '', ''],
          outside: [fallText ?? '', chargeText ?? '', ''],
          side: 'right',
          backgroundColor: '@rest0',
        },
        {
          label: 'private pages',
          data: [null, null, own],
          texts: ['', '', formatBytes(own)],
          inside: ['', '', formatBytes(own)],
          backgroundColor: '@user1',
        },
        {
          label: 'share of shared pages',
          data: [null, null, shared],
          texts: ['', '', formatBytes(shared)],
          inside: ['', '', formatBytes(shared)],
          backgroundColor: '@user3',
        },
      ].map((dataset) => ({
        ...dataset,
        borderColor: '@surface',
        borderWidth: { left: 0, right: 1, top: 0, bottom: 0 },
        borderSkipped: false,
        barThickness: 26,
      })),
    },
    options: {
      indexAxis: 'y',
      layout: labelRoom,
      plugins: { legend: { display: true, position: 'bottom' } },
      scales: {
        x: {
          ...bytesAxis('', Math.min(0, fall), end * 1.02, 4),
          stacked: true,
        },
        y: { ...categoryAxis, stacked: true },
      },
    },
    plugins: ['inside-labels', 'outside-labels'],
  };
}
