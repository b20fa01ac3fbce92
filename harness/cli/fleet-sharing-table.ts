import { alignColumns, type Align } from '../../core/columns.ts';
import { NOTHING } from '../../core/words.ts';
import type { Density } from '../../results/fleet/density.ts';
import { slopeDifference } from '../../results/fleet/figures.ts';
import type { FleetSeries } from '../../results/fleet/series.ts';
import { variantsOf } from '../../results/fleet/variants.ts';
import { differenceText } from '../../results/fleet/fleet-text.ts';
import { markedId } from './marked-id.ts';

/** What each variant of a technology changes of the cost of one more instance, against its plain form. */
export function fleetSharingTables(series: readonly FleetSeries<Density>[]): string[] {
  return variantsOf(series).map(({ plain, variants }) => {
    const aligns: Align[] = ['left', 'right', 'right'];
    const rows: string[][] = [
      [`against ${markedId(plain.runtime)}`, 'one more [95 %]', 'by MemAvailable [95 %]'],
    ];
    const than = plain.details.fits;
    for (const { runtime, details } of variants) {
      rows.push([
        markedId(runtime),
        changeText(slopeDifference(details.fits.total, than.total)),
        changeText(slopeDifference(details.fits.hostDelta, than.hostDelta)),
      ]);
    }
    return alignColumns(rows, aligns).join('\n');
  });
}

function changeText(difference: ReturnType<typeof slopeDifference>): string {
  return difference === undefined ? NOTHING : differenceText(difference);
}
