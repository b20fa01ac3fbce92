import { formatMs, formatValue } from '../../core/units.ts';
import { burstFigures } from '../fleet/figures.ts';
import type { Burst, Storm } from '../fleet/storm.ts';
import { ofNote, type FleetView } from './fleet.ts';
import { marksOver, runtimeCell, runtimesOf, timeHeading } from './runtimes.ts';
import { cell, column, numeric, orNothing, type Table } from './table.ts';

/** A row for each burst of each runtime, or for the largest alone. */
export function stormTable(storm: readonly FleetView<Storm>[], shown: 'every' | 'largest' = 'every'): Table {
  const runtimes = runtimesOf(storm);
  const time = (title: string, note: string) => numeric(timeHeading(title, runtimes), { note });
  return {
    caption: shown === 'largest' ? 'Boot storm: the largest burst' : 'Every burst',
    ...marksOver(runtimes, 'some'),
    columns: [
      column('Runtime', { brief: 'storm' }),
      numeric('Started at once', { brief: 'at once' }),
      time('All ready', 'storm.all-ready'),
      time('Boots per second', 'storm.throughput'),
      time('Median', 'storm.ready-median'),
      time('Slowest', 'storm.ready-slowest'),
      numeric('Failed'),
    ],
    rows: storm.flatMap(({ runtime, details: { bursts }, of }) =>
      (shown === 'largest' ? largestOf(bursts) : bursts).map((burst) => {
        const { medianMs, slowestMs } = burstFigures(burst);
        return [
          runtimeCell(runtime),
          cell(String(burst.parallel), ofNote(of)),
          orNothing(medianMs === undefined ? undefined : burst.allReadyMs, formatMs),
          cell(formatValue(burst.bootsPerS, 'count/s')),
          orNothing(medianMs, formatMs),
          orNothing(slowestMs, formatMs),
          cell(String(burst.failed.length)),
        ];
      }),
    ),
  };
}

const largestOf = (bursts: readonly Burst[]): Burst[] =>
  bursts.toSorted((a, b) => b.parallel - a.parallel).slice(0, 1);
