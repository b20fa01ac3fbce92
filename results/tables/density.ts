import { groupBy } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { formatBytes, formatMs, formatShare, formatValue, formatWhole } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import type { Density, DensityStep, Slope } from '../fleet/density.ts';
import {
  densityFigures,
  slopeDifference,
  type DensityFigures,
  type SlopeDifference,
} from '../fleet/figures.ts';
import { endLabel, endsWithParts, partOfOne, partsOver } from '../fleet/parts.ts';
import { bytesInterval, differenceInterval, signedBytes, stopText, stopWord } from '../fleet/fleet-text.ts';
import { ofNote, type FleetView, type Sharing } from './fleet.ts';
import {
  markedId,
  shortName,
  marksOver,
  runtimeCell,
  runtimesOf,
  timeHeading,
  type RuntimeView,
} from './runtimes.ts';
import { cell, column, numeric, orNothing, type Cell, type Table } from './table.ts';

/** What one more instance costs: a row for each runtime. */
export function densityTable(density: readonly FleetView<Density>[]): Table {
  const runtimes = runtimesOf(density);
  return {
    caption: 'Density: what one more instance costs, by slope with its 95 % interval',
    ...marksOver(runtimes, 'some'),
    columns: [
      column('Runtime', { brief: 'density' }),
      numeric('First instance', { note: 'density.first' }),
      numeric('One more', { brief: 'one more [95 %]', note: 'density.marginal', withNotes: true }),
      numeric('By MemAvailable', {
        brief: 'by MemAvailable [95 %]',
        note: 'density.host-delta-marginal',
        withNotes: true,
      }),
      numeric('Live at once', { note: 'density.live' }),
      numeric(timeHeading('Last ready', runtimes), { note: 'density.ready-nth' }),
      numeric(timeHeading('Idle CPU of one', runtimes), { note: 'density.idle-cpu' }),
      column('Why it stopped'),
    ],
    rows: density.map(({ runtime, details, of }) => {
      const figures = densityFigures(details);
      const { live, lastReadyMs, idleCpuMsPerS } = figures;
      return [
        runtimeCell(runtime),
        firstCell(figures),
        slopeCell(details.fits.total),
        slopeCell(details.fits.hostDelta),
        cell(String(live), ofNote(of)),
        orNothing(lastReadyMs, formatMs),
        orNothing(idleCpuMsPerS, (rate) => formatValue(rate, 'ms/s')),
        { text: stopText(details.stop), brief: stopWord(details.stop) },
      ];
    }),
  };
}

/**
 * What the first instance is charged, and below it what it shares with all others and is not
 * (`density.charged-elsewhere`).
 */
function firstCell({ firstBytes, chargedElsewhereBytes = 0 }: DensityFigures): Cell {
  const note =
    chargedElsewhereBytes === 0 ? undefined : `and ${formatBytes(chargedElsewhereBytes)} charged elsewhere`;
  return cell(firstBytes === undefined ? NOTHING : formatBytes(firstBytes), note);
}

export function slopeCell(slope: Slope | undefined): Cell {
  return slope === undefined
    ? { ...cell(NOTHING, 'fewer than two steps'), brief: NOTHING }
    : cell(formatBytes(slope.slope), bytesInterval(slope.interval, slope.slope));
}

/** What each variant of a technology changes of the cost of one more instance; the plain form is the first row. */
export function sharingTable({ technology, plain, variants }: Sharing): Table {
  const series = [plain, ...variants];
  const runtimes = runtimesOf(series);
  const withKsm = series.some(({ details }) => densityFigures(details).ksmSavedBytes !== undefined);
  return {
    caption: `Variants of ${technology}`,
    ...marksOver(runtimes, 'some'),
    columns: [
      column('Variant', { brief: `against ${markedId(plain.runtime)}` }),
      numeric('One more', { detail: true }),
      numeric('Difference', { brief: 'one more [95 %]', withNotes: true }),
      numeric('By MemAvailable', { detail: true }),
      numeric('Difference', { brief: 'by MemAvailable [95 %]', withNotes: true }),
      numeric(timeHeading('Idle CPU of one', runtimes), { detail: true }),
      ...(withKsm ? [numeric('KSM saves', { note: 'whole host, last step', detail: true })] : []),
    ],
    rows: series.map((one) => {
      const { total, hostDelta } = one.details.fits;
      const than = one === plain ? undefined : plain.details.fits;
      const { idleCpuMsPerS, ksmSavedBytes } = densityFigures(one.details);
      const { text, brief } = runtimeCell(one.runtime);
      return [
        { text, ...(brief && { brief }) },
        slopeCell(total),
        differenceCell(than && slopeDifference(total, than.total)),
        slopeCell(hostDelta),
        differenceCell(than && slopeDifference(hostDelta, than.hostDelta)),
        orNothing(idleCpuMsPerS, (rate) => formatValue(rate, 'ms/s')),
        ...(withKsm ? [orNothing(ksmSavedBytes, formatBytes)] : []),
      ];
    }),
  };
}

function differenceCell(difference: SlopeDifference | undefined): Cell {
  if (difference === undefined) return cell(NOTHING);
  return cell(signedBytes(difference.bytes), differenceInterval(difference));
}

/** Which steps of a series the table of parts has: one instance alone and each of many, or the last alone. */
type Ends = 'both' | 'last';

/** Where the memory of one instance goes; `undefined` where no series knows its parts. */
export function partsTable(density: readonly FleetView<Density>[], shown: Ends = 'both'): Table | undefined {
  const ends = density.flatMap(({ runtime, details }) =>
    endsWithParts(details)
      .slice(shown === 'last' ? -1 : 0)
      .map((step) => ({ runtime, step })),
  );
  if (ends.length === 0) return undefined;
  return {
    caption: 'Memory of one instance by part, and shares of its total',
    ...marksOver([...new Set(runtimesOf(ends))]),
    columns: [column('Part', { brief: 'memory of one' }), ...ends.map(partsColumn)],
    rows: [
      ...partsOver(ends.map(({ step }) => step)).map(({ id, title }) => [
        cell(title),
        ...ends.map(({ step }) => {
          const bytes = partOfOne(step, id);
          return bytes === undefined ? cell(NOTHING) : cell(formatBytes(bytes), partShare(bytes, step));
        }),
      ]),
      [cell('Total'), ...ends.map(({ step }) => cell(formatBytes(step.totalBytes / step.live)))],
    ],
  };
}

const partsColumn = ({ runtime, step }: { runtime: RuntimeView; step: DensityStep }) =>
  numeric(shortName(runtime), { note: endLabel(step), brief: `${markedId(runtime)}\n${endLabel(step)}` });

/** `12.3 %` of one instance's memory at this step. */
export function partShare(bytes: number, { totalBytes, live }: DensityStep): string {
  if (totalBytes === 0) return NOTHING;
  return formatShare(bytes / (totalBytes / live));
}

/** Instances that failed to boot or ended by themselves; `undefined` where none did. */
export function lostTable(density: readonly FleetView<Density>[]): Table | undefined {
  const losers = density.filter(({ details }) => details.lost.length > 0);
  if (losers.length === 0) return undefined;
  const runtimes = runtimesOf(losers);
  return {
    caption: 'Lost instances',
    ...marksOver(runtimes, 'some'),
    columns: [
      column('Runtime'),
      numeric('Instance'),
      numeric(timeHeading('After', runtimes)),
      column('What happened'),
    ],
    rows: losers.flatMap(({ runtime, details }) =>
      details.lost.map(({ instance, atMs, message }) => [
        runtimeCell(runtime),
        cell(String(instance)),
        cell(formatMs(atMs)),
        cell(plainLine(message)),
      ]),
    ),
  };
}

/** The limits of the host, the one that ends a fleet first before the others; `undefined` where none was read. */
export function limitsTable(density: readonly FleetView<Density>[]): Table | undefined {
  const limits = density.flatMap(({ runtime, details }) =>
    details.limits.map((limit) => ({ runtime, ...limit, enoughFor: roomOf(limit) })),
  );
  if (limits.length === 0) return undefined;
  return {
    caption: 'Limits of the host',
    ...marksOver(runtimesOf(density)),
    columns: [
      column('Limit'),
      column('In'),
      numeric('Is'),
      numeric('One instance takes'),
      numeric('Enough for'),
    ],
    rows: groupBy(limits, ({ id }) => id)
      .toSorted((a, b) => fewest(a) - fewest(b))
      .flat()
      .map(({ runtime, title, limit, perInstance, raisedTo, enoughFor }) => [
        cell(plainLine(title, 80)),
        runtimeCell(runtime),
        cell(limitText(limit), raisedTo === undefined ? undefined : `raised to ${limitText(raisedTo)}`),
        orNothing(perInstance, (each) => formatValue(each, 'count')),
        orNothing(enoughFor, limitText),
      ]),
  };
}

/** How many instances a limit leaves room for; `undefined` where they do not take of it, or it is not known. */
function roomOf({ limit, raisedTo = limit, perInstance = 0 }: Density['limits'][number]): number | undefined {
  return perInstance > 0 ? Math.floor(raisedTo / perInstance) : undefined;
}

/** Of the runtime that a limit leaves the least room for. */
function fewest(rows: readonly { enoughFor: number | undefined }[]): number {
  return Math.min(...rows.map(({ enoughFor = Infinity }) => enoughFor));
}

/** A limit of the kernel's largest number is none. */
const limitText = (limit: number): string =>
  limit > Number.MAX_SAFE_INTEGER ? 'unlimited' : formatWhole(limit);
