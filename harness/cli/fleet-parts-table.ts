import { alignColumns, type Align } from '../../core/columns.ts';
import { formatBytes } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import type { Density } from '../../results/fleet/density.ts';
import { endLabel, endsWithParts, partOfOne, partsOver } from '../../results/fleet/parts.ts';
import type { FleetSeries } from '../../results/fleet/series.ts';
import { withoutVariants } from '../../results/fleet/variants.ts';
import { markedId } from './marked-id.ts';

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
  const aligns: Align[] = ['left', ...columns.map(() => 'right' as const)];
  const rows: string[][] = [
    ['memory of one', ...columns.map(({ runtime, step }) => `${markedId(runtime)}\n${endLabel(step)}`)],
  ];
  for (const { id, title } of partsOver(columns.map(({ step }) => step))) {
    rows.push([title, ...columns.map(({ step }) => bytesOrNothing(partOfOne(step, id)))]);
  }
  rows.push(['total', ...columns.map(({ step }) => formatBytes(step.totalBytes / step.live))]);
  return [alignColumns(rows, aligns).join('\n')];
}

const bytesOrNothing = (bytes: number | undefined): string =>
  bytes === undefined ? NOTHING : formatBytes(bytes);
