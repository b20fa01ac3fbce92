import { plainLine } from '../../core/text.ts';
import { formatBytes, formatMs } from '../../core/units.ts';
import type { Density } from '../../results/fleet/density.ts';
import { densityFigures } from '../../results/fleet/figures.ts';
import type { RunRecord } from '../../results/record.ts';
import { billAt } from '../../results/tables/bill.ts';
import { densityTable, partsTable, sharingTable } from '../../results/tables/density.ts';
import { fleetOf, type FleetView } from '../../results/tables/fleet.ts';
import { minimumMemoryTable } from '../../results/tables/minimum-memory.ts';
import { markedId, viewRuntimes } from '../../results/tables/runtimes.ts';
import { stormTable } from '../../results/tables/storm.ts';
import type { Table } from '../../results/tables/table.ts';
import { tableFootnotes, tableLines } from './table.ts';

/** How many instances the bill for the services is made out for. */
const BILLED = 100;

/** With more runtimes than this an instance alone, which is dearer, is left to the report. */
const MOST_WITH_BOTH_ENDS = 3;

/** A block for each table of the fleets that the record holds; empty where it holds none. */
export function fleetText(record: RunRecord): string {
  const fleet = fleetOf({ record, runtimes: viewRuntimes(record) });
  const { density, plain, storm, minimumMemory } = fleet;
  const bill = billAt(fleet, BILLED);
  const shown: { table: Table; notes?: string[] }[] = [
    ...(density.length > 0 ? [{ table: densityTable(density), notes: densityNotes(density) }] : []),
    // Without the plain form, the cost of which is in the table of density.
    ...fleet.sharing.map(sharingTable).map((table) => ({ table: { ...table, rows: table.rows.slice(1) } })),
    ...[partsTable(plain, plain.length > MOST_WITH_BOTH_ENDS ? 'last' : 'both') ?? []]
      .flat()
      .map((table) => ({ table })),
    ...(bill === undefined ? [] : [bill]),
    ...(storm.length > 0 ? [{ table: stormTable(storm) }] : []),
    ...(minimumMemory.length > 0 ? [{ table: minimumMemoryTable(minimumMemory) }] : []),
  ];
  return [
    ...shown.map(({ table, notes = [] }) => [...tableLines(table), ...notes]),
    tableFootnotes(shown.map(({ table }) => table)),
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

/** What is shared once, what was lost, and why a series stopped before its plan was done. */
function densityNotes(series: readonly FleetView<Density>[]): string[] {
  const lost = series.flatMap(({ runtime, details }) =>
    details.lost.map(
      ({ instance, atMs, message }) =>
        `! ${runtime.id}: lost instance ${instance} after ${formatMs(atMs)}: ${plainLine(message, 160)}`,
    ),
  );
  const stops = series
    .filter(({ details }) => details.stop.reason !== 'planned')
    .map(({ runtime, details }) => `! ${runtime.id}: ${plainLine(details.stop.message, 240)}`);
  return [...sharedOnceLine(series), ...lost, ...stops];
}

/** What the first instance costs beside its charge, where any of them maps such pages. */
function sharedOnceLine(series: readonly FleetView<Density>[]): string[] {
  const shared = series.flatMap(({ runtime, details }) => {
    const { chargedElsewhereBytes = 0 } = densityFigures(details);
    return chargedElsewhereBytes === 0 ? [] : [`${markedId(runtime)} ${formatBytes(chargedElsewhereBytes)}`];
  });
  if (shared.length === 0) return [];
  return [`Beside the first, shared once by all and charged to whoever read it first: ${shared.join(', ')}`];
}
