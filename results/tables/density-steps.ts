import { formatBytes, formatMs } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import type { Density, Slope } from '../fleet/density.ts';
import { stepsWithInstances } from '../fleet/figures.ts';
import { bytesInterval } from '../fleet/fleet-text.ts';
import type { FleetView } from './fleet.ts';
import { shortName, marksOver, runtimesOf, timeHeading } from './runtimes.ts';
import { cell, column, numeric, orNothing, type Cell, type Table } from './table.ts';

/** Every step of each series, and what one more costs by each measure. */
export function stepsTable(density: readonly FleetView<Density>[]): Table {
  return {
    caption: 'Every step of each series',
    ...marksOver(runtimesOf(density), 'some'),
    columns: [
      column('Runtime'),
      ...['Live', 'Charge', 'MemAvailable fell by', 'PSS', 'Private'].map((title) => numeric(title)),
      numeric(timeHeading('Last ready', runtimesOf(density))),
    ],
    rows: density.flatMap(({ runtime, details }) => [
      ...stepsWithInstances(details).map((step) => [
        cell(shortName(runtime)),
        cell(String(step.live), step.settled ? undefined : 'not settled'),
        ...[step.totalBytes, step.hostDeltaBytes, step.pssBytes, step.privateBytes].map((bytes) =>
          cell(formatBytes(bytes)),
        ),
        orNothing(step.readyMs.at(-1), formatMs),
      ]),
      [
        cell(shortName(runtime)),
        cell('one more'),
        ...[details.fits.total, details.fits.hostDelta, details.fits.pss, details.fits.private].map(fitCell),
        cell(NOTHING),
      ],
    ]),
  };
}

/** What one more instance costs by one measure, with its interval. */
export function fitCell(fit: Slope | undefined): Cell {
  return fit === undefined
    ? cell(NOTHING)
    : cell(formatBytes(fit.slope), bytesInterval(fit.interval, fit.slope));
}
