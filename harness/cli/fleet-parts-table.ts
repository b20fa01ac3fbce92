import { formatBytes } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import type { Density } from '../../results/fleet/density.ts';
import { endLabel, endsWithParts, partOfOne, partsOver } from '../../results/fleet/parts.ts';
import type { FleetSeries } from '../../results/fleet/series.ts';
import { withoutVariants } from '../../results/fleet/variants.ts';
import { markedId } from './marked-id.ts';
import { plainTable } from './plain-table.ts';

/** With more runtimes than this an instance alone, which is dearer, is left to the report. */
const MOST_WITH_BOTH_ENDS = 3;

/** The waterfall of one instance, when it lives alone and when many do; of plain forms, since variants have their own table. */
export function fleetPartsTable(series: readonly FleetSeries<Density>[]): string[] {
  const plain = withoutVariants(series);
  const columns = plain.flatMap(({ runtime, details }) => {
    const ends = endsWithParts(details);
    return (plain.length > MOST_WITH_BOTH_ENDS ? ends.slice(-1) : ends).map((step) => ({ runtime, step }));
  });
  if (columns.length === 0) return [];
  const table = plainTable(
    ['memory of one', ...columns.map(({ runtime, step }) => `${markedId(runtime)}\n${endLabel(step)}`)],
    ['left', ...columns.map(() => 'right' as const)],
  );
  for (const { id, title } of partsOver(columns.map(({ step }) => step))) {
    table.push([title, ...columns.map(({ step }) => bytesOrNothing(partOfOne(step, id)))]);
  }
  table.push(['total', ...columns.map(({ step }) => formatBytes(step.totalBytes / step.live))]);
  return [table.toString()];
}

const bytesOrNothing = (bytes: number | undefined): string =>
  bytes === undefined ? NOTHING : formatBytes(bytes);
