import { formatBytes, formatMs } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { limitOf } from '../fleet/figures.ts';
import type { MinimumMemory } from '../fleet/minimum-memory.ts';
import { trialText } from '../fleet/fleet-text.ts';
import { ofNote, type FleetView } from './fleet.ts';
import { shortName, marksOver, runtimeCell, runtimesOf } from './runtimes.ts';
import { cell, column, numeric, orNothing, type Table } from './table.ts';

/** The smallest memory that was enough, and how the largest below it failed: a row for each runtime. */
export function minimumMemoryTable(series: readonly FleetView<MinimumMemory>[]): Table {
  return {
    caption: 'Minimum memory: the smallest that gets ready in time, and what was too small',
    ...marksOver(runtimesOf(series)),
    columns: [
      column('Runtime', { brief: 'minimum memory' }),
      numeric('Smallest', { note: 'minimum-memory.limit' }),
      numeric('Too small'),
      column('How that failed'),
    ],
    rows: series.map(({ runtime, details, of }) => {
      const { smallest, tooSmall } = limitOf(details);
      return [
        runtimeCell(runtime),
        cell(smallest === undefined ? NOTHING : formatBytes(smallest.memoryBytes), ofNote(of)),
        orNothing(tooSmall?.memoryBytes, formatBytes),
        orNothing(tooSmall, trialText),
      ];
    }),
  };
}

/** Every boot that was tried. */
export function trialsTable(found: readonly FleetView<MinimumMemory>[]): Table {
  return {
    caption: 'Every boot of the bisection, in order',
    ...marksOver(runtimesOf(found)),
    columns: [column('Runtime'), numeric('Memory'), numeric('Ready after'), column('Outcome')],
    rows: found.flatMap(({ runtime, details }) =>
      details.trials.map((trial) => [
        cell(shortName(runtime)),
        cell(formatBytes(trial.memoryBytes)),
        orNothing(trial.readyMs, formatMs),
        cell(trialText(trial)),
      ]),
    ),
  };
}
