import { formatBytes } from '../../core/units.ts';
import type { Density, DensityStep, Slope } from '../fleet/density.ts';
import { fitCell } from './density-steps.ts';
import type { FleetView } from './fleet.ts';
import { shortName, marksOver, runtimesOf } from './runtimes.ts';
import { cell, column, numeric, type Cell, type Table } from './table.ts';

/** A series with its last step that has instances. */
export type LastStep = FleetView<Density> & { last: DensityStep };

/** One instance by each measure: four rows for each runtime. */
export function measuresTable(shown: readonly LastStep[]): Table {
  const row = (series: LastStep, title: string, bytes: number, fit: Slope | undefined): Cell[] => [
    cell(shortName(series.runtime)),
    cell(title),
    cell(formatBytes(bytes / series.last.live)),
    fitCell(fit),
  ];
  return {
    caption: 'One instance by each measure: its share of the last step, and the slope over all steps',
    ...marksOver(runtimesOf(shown)),
    columns: [column('Runtime'), column('Measure'), numeric('One of all'), numeric('One more')],
    rows: shown.flatMap((series) => {
      const { last, details } = series;
      return [
        row(series, 'Fall of MemAvailable', last.hostDeltaBytes, details.fits.hostDelta),
        row(series, 'Charge', last.totalBytes, details.fits.total),
        row(series, 'PSS', last.pssBytes, details.fits.pss),
        row(series, 'Private pages (USS)', last.privateBytes, details.fits.private),
      ];
    }),
  };
}
