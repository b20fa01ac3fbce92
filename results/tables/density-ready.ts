import { formatMs } from '../../core/units.ts';
import type { Density } from '../fleet/density.ts';
import { thinOut } from './distribution.ts';
import type { FleetView } from './fleet.ts';
import { shortName, marksOver, runtimesOf } from './runtimes.ts';
import { cell, column, numeric, orNothing, type Table } from './table.ts';

/** A series with t0 to ready of each instance, in ms, in the order of their start. */
export type ReadyTimes = FleetView<Density> & { readyMs: number[] };

/** A row for each instance would be a table of hundreds of rows. */
const MOST_ROWS = 24;

/** The boot time of each further instance, the runtimes beside each other. */
export function readyTable(shown: readonly ReadyTimes[]): Table {
  const most = Math.max(...shown.map(({ readyMs }) => readyMs.length));
  const numbers = thinOut(
    Array.from({ length: most }, (_, index) => index + 1),
    MOST_ROWS,
  );
  return {
    caption:
      most > MOST_ROWS
        ? `Boot time of the next instance: ${MOST_ROWS} of ${most}, evenly chosen`
        : 'Boot time of the next instance',
    ...marksOver(runtimesOf(shown), 'all'),
    columns: [column('Instance'), ...shown.map(({ runtime }) => numeric(shortName(runtime)))],
    rows: numbers.map((number) => [
      cell(String(number)),
      ...shown.map(({ readyMs }) => orNothing(readyMs[number - 1], formatMs)),
    ]),
  };
}
