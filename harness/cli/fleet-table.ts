import { alignColumns, type Align } from '../../core/columns.ts';
import { plainLine } from '../../core/text.ts';
import { formatBytes, formatMs, formatValue } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import {
  billOf,
  costAt,
  extrapolationNote,
  noneDuplicatedOf,
  type BillRow,
  type Charge,
} from '../../results/fleet/bill.ts';
import type { Density } from '../../results/fleet/density.ts';
import { burstFigures, densityFigures, limitOf } from '../../results/fleet/figures.ts';
import type { MinimumMemory } from '../../results/fleet/minimum-memory.ts';
import { fleetsOf, type FleetSeries } from '../../results/fleet/series.ts';
import type { Storm } from '../../results/fleet/storm.ts';
import { withoutVariants } from '../../results/fleet/variants.ts';
import { slopeText, stopWord, trialText } from '../../results/fleet/fleet-text.ts';
import { footnotes, markedMetric, marksOf, type Marked } from '../../results/marks.ts';
import type { RunRecord } from '../../results/record.ts';
import { fleetPartsTable } from './fleet-parts-table.ts';
import { fleetSharingTables } from './fleet-sharing-table.ts';
import { markedId } from './marked-id.ts';

/** How many instances the bill for the services is made out for. */
const BILLED = 100;

/** A block for each scenario of a fleet that the record holds, and of density for what its cost consists of; empty where it holds none. */
export function fleetTables(record: RunRecord): string {
  const { density, storm, minimumMemory } = fleetsOf(record);
  const blocks = [
    ...(density.length > 0 ? [densityTable(density, timesOf(record, density))] : []),
    ...fleetSharingTables(density),
    ...fleetPartsTable(density),
    ...billTable(density),
    ...(storm.length > 0 ? [stormTable(storm, timesOf(record, storm))] : []),
    ...(minimumMemory.length > 0 ? [minimumMemoryTable(minimumMemory)] : []),
  ];
  if (blocks.length === 0) return '';
  const all = [...density, ...storm, ...minimumMemory];
  const marks = footnotes([...all.map(({ runtime }) => runtime), timesOf(record, [...density, ...storm])]);
  return [...blocks, marks.join('\n')].filter((block) => block !== '').join('\n\n');
}

/** The marks of times of these runtimes. */
function timesOf(record: RunRecord, series: readonly Pick<FleetSeries<unknown>, 'runtime'>[]): Marked {
  return marksOf(
    [record],
    series.map(({ runtime }) => runtime.id),
    'ms',
  );
}

function densityTable(series: readonly FleetSeries<Density>[], times: Marked): string {
  const aligns: Align[] = ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left'];
  const rows: string[][] = [
    [
      'density',
      'first',
      'one more [95 %]',
      'by MemAvailable [95 %]',
      'live',
      markedMetric('last ready', times),
      markedMetric('idle CPU', times),
      'ended',
    ],
  ];
  for (const { runtime, details } of series) {
    const { firstBytes, live, lastReadyMs, idleCpuMsPerS } = densityFigures(details);
    const { total, hostDelta } = details.fits;
    rows.push([
      markedId(runtime),
      orNothing(firstBytes, formatBytes),
      orNothing(total, slopeText),
      orNothing(hostDelta, slopeText),
      String(live),
      orNothing(lastReadyMs, formatMs),
      orNothing(idleCpuMsPerS, (rate) => formatValue(rate, 'ms/s')),
      stopWord(details.stop),
    ]);
  }
  const lost = series.flatMap(({ runtime, details }) =>
    details.lost.map(
      ({ instance, atMs, message }) =>
        `! ${runtime.id}: lost instance ${instance} after ${formatMs(atMs)}: ${plainLine(message, 160)}`,
    ),
  );
  const stops = series
    .filter(({ details }) => details.stop.reason !== 'planned')
    .map(({ runtime, details }) => `! ${runtime.id}: ${plainLine(details.stop.message, 240)}`);
  return [alignColumns(rows, aligns).join('\n'), ...sharedOnceLine(series), ...lost, ...stops].join('\n');
}

/** What the first instance costs beside its charge, where any of them maps such pages. */
function sharedOnceLine(series: readonly FleetSeries<Density>[]): string[] {
  const shared = series.flatMap(({ runtime, details }) => {
    const { chargedElsewhereBytes = 0 } = densityFigures(details);
    return chargedElsewhereBytes === 0 ? [] : [`${markedId(runtime)} ${formatBytes(chargedElsewhereBytes)}`];
  });
  if (shared.length === 0) return [];
  return [`Beside the first, shared once by all and charged to whoever read it first: ${shared.join(', ')}`];
}

function billTable(series: readonly FleetSeries<Density>[]): string[] {
  const bill = billOf(
    withoutVariants(series).map(({ runtime, details }) => ({
      id: runtime.id,
      name: markedId(runtime),
      kind: runtime.kind,
      density: details,
    })),
    'short',
  );
  if (bill === undefined) return [];
  const aligns: Align[] = ['left', ...bill.runtimes.map(() => 'right' as const)];
  const rows: string[][] = [[`services × ${BILLED}`, ...bill.runtimes.map(({ name }) => name)]];
  for (const row of bill.rows) rows.push([titleOf(row), ...row.charges.map(chargeText)]);
  const extrapolated = extrapolationNote(bill, BILLED);
  const noneDuplicated = noneDuplicatedOf(bill);
  return [
    [
      alignColumns(rows, aligns).join('\n'),
      `anonymous PSS of ${BILLED} instances, each of which repeats these services${extrapolated === undefined ? '' : `, ${extrapolated}`}`,
      ...(bill.rows.some(isDuplicated) ? ['† duplicated: the host runs it as well'] : []),
      ...(noneDuplicated === undefined ? [] : [noneDuplicated]),
    ].join('\n'),
  ];
}

/** One service, and the host runs it: of several together that would not be true of each. */
function isDuplicated({ family, duplicated }: BillRow): boolean {
  return duplicated.length > 0 && family !== 'rest' && family !== 'all';
}

const titleOf = (row: BillRow): string => (isDuplicated(row) ? `${row.title} †` : row.title);

function chargeText(charge: Charge): string {
  const cost = costAt(charge, BILLED);
  if (cost !== undefined) return formatBytes(cost.bytes);
  return charge.state === 'absent' ? 'does not run' : NOTHING;
}

function stormTable(series: readonly FleetSeries<Storm>[], times: Marked): string {
  const aligns: Align[] = ['left', 'right', 'right', 'right', 'right', 'right', 'right'];
  const rows: string[][] = [
    [
      'storm',
      'at once',
      ...['all ready', 'boots', 'median', 'slowest'].map((head) => markedMetric(head, times)),
      'failed',
    ],
  ];
  for (const { runtime, details } of series) {
    for (const burst of details.bursts) {
      const { medianMs, slowestMs } = burstFigures(burst);
      rows.push([
        markedId(runtime),
        String(burst.parallel),
        orNothing(medianMs === undefined ? undefined : burst.allReadyMs, formatMs),
        formatValue(burst.bootsPerS, 'count/s'),
        orNothing(medianMs, formatMs),
        orNothing(slowestMs, formatMs),
        burst.failed.length === 0 ? '' : String(burst.failed.length),
      ]);
    }
  }
  return alignColumns(rows, aligns).join('\n');
}

function minimumMemoryTable(series: readonly FleetSeries<MinimumMemory>[]): string {
  const aligns: Align[] = ['left', 'right', 'right', 'left'];
  const rows: string[][] = [['minimum memory', 'smallest', 'next smaller', 'which']];
  for (const { runtime, details } of series) {
    const { smallest, tooSmall } = limitOf(details);
    rows.push([
      markedId(runtime),
      orNothing(smallest?.memoryBytes, formatBytes),
      orNothing(tooSmall?.memoryBytes, formatBytes),
      orNothing(tooSmall, trialText),
    ]);
  }
  return alignColumns(rows, aligns).join('\n');
}

const orNothing = <T>(value: T | undefined, format: (value: T) => string): string =>
  value === undefined ? NOTHING : format(value);
