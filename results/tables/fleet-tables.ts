import { formatBytes, formatMs, formatValue } from '../../core/units.ts';
import { formatCount, NOTHING } from '../../core/words.ts';
import { plainLine } from '../../core/text.ts';
import { costAt, noneDuplicatedOf, type BillRow, type Charge } from '../fleet/bill.ts';
import type { Density, Slope } from '../fleet/density.ts';
import {
  burstFigures,
  densityFigures,
  type DensityFigures,
  limitOf,
  slopeDifference,
  type SlopeDifference,
} from '../fleet/figures.ts';
import {
  bytesInterval,
  differenceInterval,
  signedBytes,
  stopText,
  trialText,
} from '../fleet/fleet-text.ts';
import type { FleetFindings, FleetView, Sharing } from './fleet.ts';
import { markOf, timeHeading, type RuntimeView, type Times } from './runtimes.ts';
import { cell, type Cell, type Table } from './table.ts';

/** A table that stands in a scenario's section, after its charts. */
export interface SectionTable {
  scenario: string;
  title: string;
  /** What a reader has to know of it. */
  text: string;
  table: Table;
}

/** Where medians over rounds would say nothing: one series has a slope with an interval of its own. */
export function fleetHeadlines({ density, storm, minimumMemory }: FleetFindings): Table[] {
  return [
    ...(density.length > 0 ? [densityHeadline(density)] : []),
    ...(storm.length > 0 ? [stormHeadline(storm)] : []),
    ...(minimumMemory.length > 0 ? [minimumHeadline(minimumMemory)] : []),
  ];
}

/** What the sections of fleets show beside their charts. */
export function fleetTables(fleet: FleetFindings): SectionTable[] {
  return [
    ...billTables(fleet),
    ...fleet.sharing.map(sharingTable),
    ...lostTables(fleet),
    ...limitTables(fleet),
  ];
}

/** `{ mark }` of the runtimes of these series, where there is one. */
export function markedBy(
  series: readonly { runtime: RuntimeView }[],
  times: Times = 'none',
): { mark?: string } {
  const mark = markOf(
    series.map(({ runtime }) => runtime),
    times,
  );
  return mark === undefined ? {} : { mark };
}

/** The heading of a column of times beside other figures. */
export function timeColumn(text: string, series: readonly { runtime: RuntimeView }[]): string {
  return timeHeading(
    text,
    series.map(({ runtime }) => runtime),
  );
}

/** A runtime's name for a table of which the caption carries the whole mark. */
export function runtimeCell({ name, mark, kind }: RuntimeView): Cell {
  return cell(`${name}${mark === undefined ? '' : ' (TCG)'}`, kind === 'vm' ? 'VM' : 'container');
}

export function slopeCell(slope: Slope | undefined): Cell {
  return slope === undefined
    ? cell(NOTHING, 'fewer than two steps')
    : cell(formatBytes(slope.slope), bytesInterval(slope.interval));
}

const numeric = (text: string, note?: string): { text: string; numeric: true; note?: string } => ({
  text,
  numeric: true,
  ...(note === undefined ? {} : { note }),
});

const orNothing = <T>(value: T | undefined, format: (value: T) => string): Cell =>
  cell(value === undefined ? NOTHING : format(value));

/** Where a run had several series of a runtime, one of them stands in the table. */
const ofNote = (of: number): string | undefined => (of === 1 ? undefined : `the median of ${of} series`);

/** Below the first instance's charge, what it shares with all others and is not charged for (`density.charged-elsewhere`). */
function firstCell({ firstBytes, chargedElsewhereBytes = 0 }: DensityFigures): Cell {
  const note =
    chargedElsewhereBytes === 0 ? undefined : `and ${formatBytes(chargedElsewhereBytes)} charged elsewhere`;
  return cell(firstBytes === undefined ? NOTHING : formatBytes(firstBytes), note);
}

function densityHeadline(density: readonly FleetView<Density>[]): Table {
  return {
    caption: 'Density: what one more instance costs, by slope with its 95 % interval',
    ...markedBy(density, 'some'),
    head: [
      { text: 'Runtime' },
      numeric('First instance', 'density.first'),
      numeric('One more', 'density.marginal'),
      numeric('By MemAvailable', 'density.host-delta-marginal'),
      numeric('Live at once', 'density.live'),
      numeric(timeColumn('Last ready', density), 'density.ready-nth'),
      numeric(timeColumn('Idle CPU of one', density), 'density.idle-cpu'),
      { text: 'Why it stopped' },
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
        cell(stopText(details.stop)),
      ];
    }),
  };
}

function stormHeadline(storm: FleetFindings['storm']): Table {
  return {
    caption: 'Boot storm: the largest burst',
    ...markedBy(storm, 'all'),
    head: [
      { text: 'Runtime' },
      numeric('Started at once'),
      numeric('All ready', 'storm.all-ready'),
      numeric('Boots per second', 'storm.throughput'),
      numeric('Median', 'storm.ready-median'),
      numeric('Slowest', 'storm.ready-slowest'),
    ],
    rows: storm.flatMap(({ runtime, details, of }) => {
      const largest = details.bursts.toSorted((a, b) => b.parallel - a.parallel)[0];
      if (largest === undefined) return [];
      const { medianMs, slowestMs } = burstFigures(largest);
      const failed = largest.failed.length;
      return [
        [
          runtimeCell(runtime),
          cell(String(largest.parallel), failed === 0 ? ofNote(of) : `${failed} failed`),
          orNothing(medianMs === undefined ? undefined : largest.allReadyMs, formatMs),
          cell(formatValue(largest.bootsPerS, 'count/s')),
          orNothing(medianMs, formatMs),
          orNothing(slowestMs, formatMs),
        ],
      ];
    }),
  };
}

function minimumHeadline(minimumMemory: FleetFindings['minimumMemory']): Table {
  return {
    caption: 'Minimum memory: the smallest that gets ready in time, and what was too small',
    ...markedBy(minimumMemory),
    head: [
      { text: 'Runtime' },
      numeric('Smallest', 'minimum-memory.limit'),
      numeric('Too small'),
      { text: 'How that failed' },
    ],
    rows: minimumMemory.map(({ runtime, details, of }) => {
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

/** Numbers of instances that the bill is made out for. */
const BILLED = [10, 100, 1000] as const;

function billTables({ bill: found }: FleetFindings): SectionTable[] {
  if (found === undefined) return [];
  const { bill, runtimes, mark } = found;
  const noneDuplicated = noneDuplicatedOf(bill);
  return [
    {
      scenario: 'density',
      title: 'The bill for services that every instance repeats',
      text:
        'Anonymous memory (PSS) of each service, read inside the instances: what one more instance pays, by slope over the steps, and what that makes for many. ' +
        'Not in it: pages of programs and libraries, which containers of one image share and each VM keeps in a page cache of its own; and what the host merges again (KSM). ' +
        `Figures with an asterisk are extrapolated beyond what was measured: ${bill.runtimes.map(({ name, measured }) => `${name} up to ${measured}`).join(', ')}.` +
        (noneDuplicated === undefined ? '' : ` ${noneDuplicated}`),
      table: {
        caption: 'The bill for repeated services',
        ...(mark === undefined ? {} : { mark }),
        head: [
          { text: 'Service' },
          { text: 'In' },
          numeric('One more'),
          numeric('Runs in'),
          ...BILLED.map((instances) => numeric(`× ${instances}`)),
        ],
        rows: bill.rows.flatMap((row) =>
          row.charges.map((charge, index) => {
            const runtime = runtimes[index];
            const measured = bill.runtimes[index]?.measured ?? 0;
            return [
              // Said once for each service.
              cell(row.title, index === 0 ? hostNote(row) : undefined),
              runtime === undefined ? cell(NOTHING) : runtimeCell(runtime),
              ...chargeCells(charge, measured),
            ];
          }),
        ),
      },
    },
  ];
}

/** `repeated, and duplicated: the host runs it as well`, or which of several it runs. */
function hostNote({ family, services, duplicated, host }: BillRow): string {
  if (family === 'rest' || family === 'all')
    return `${formatCount(services.length, 'service')} repeated, ${duplicated.length} of them duplicated`;
  return {
    running: 'repeated, and duplicated: the host runs it as well',
    'not-running': 'repeated; the host does not run it',
    unknown: 'repeated; whether the host runs it is not known',
  }[host];
}

function chargeCells(charge: Charge, measured: number): Cell[] {
  if (charge.state !== 'runs') {
    const text = charge.state === 'absent' ? 'does not run' : 'could not be read';
    return [cell(text), cell(NOTHING), ...BILLED.map(() => cell(NOTHING))];
  }
  const { bytes, basis, interval, instances, live } = charge;
  return [
    cell(formatBytes(bytes), basis === 'mean' ? 'mean of one step' : bytesInterval(interval)),
    cell(`${instances} of ${live}`),
    ...BILLED.map((count) => {
      const cost = costAt(charge, count);
      return cell(cost === undefined ? NOTHING : `${formatBytes(cost.bytes)}${count > measured ? ' *' : ''}`);
    }),
  ];
}

function sharingTable({ technology, plain, variants }: Sharing): SectionTable {
  const series = [plain, ...variants];
  const withKsm = series.some(({ details }) => densityFigures(details).ksmSavedBytes !== undefined);
  return {
    scenario: 'density',
    title: `Sharing between instances of ${technology}`,
    text:
      `What each variant changes against ${plain.runtime.name}. Where both sides have an interval, that of their difference adds the two at their worst, so it is wider than 95 % asks for. ` +
      'The fall of MemAvailable also sees what no control group is charged for, and what other processes do meanwhile.',
    table: {
      caption: `Variants of ${technology}`,
      ...markedBy(series, 'some'),
      head: [
        { text: 'Variant' },
        numeric('One more'),
        numeric('Difference'),
        numeric('By MemAvailable'),
        numeric('Difference'),
        numeric(timeColumn('Idle CPU of one', series)),
        ...(withKsm ? [numeric('KSM saves', 'whole host, last step')] : []),
      ],
      rows: series.map((one) => {
        const { total, hostDelta } = one.details.fits;
        const { idleCpuMsPerS, ksmSavedBytes } = densityFigures(one.details);
        const isPlain = one === plain;
        return [
          cell(`${one.runtime.name}${one.runtime.mark === undefined ? '' : ' (TCG)'}`),
          slopeCell(total),
          isPlain ? cell(NOTHING) : differenceCell(slopeDifference(total, plain.details.fits.total)),
          slopeCell(hostDelta),
          isPlain ? cell(NOTHING) : differenceCell(slopeDifference(hostDelta, plain.details.fits.hostDelta)),
          orNothing(idleCpuMsPerS, (rate) => formatValue(rate, 'ms/s')),
          ...(withKsm ? [orNothing(ksmSavedBytes, formatBytes)] : []),
        ];
      }),
    },
  };
}

function differenceCell(difference: SlopeDifference | undefined): Cell {
  if (difference === undefined) return cell(NOTHING);
  return cell(signedBytes(difference.bytes), differenceInterval(difference));
}

function lostTables({ density }: FleetFindings): SectionTable[] {
  const rows = density.flatMap(({ runtime, details }) =>
    details.lost.map(({ instance, atMs, message }) => [
      runtimeCell(runtime),
      cell(String(instance)),
      cell(formatMs(atMs)),
      cell(plainLine(message)),
    ]),
  );
  if (rows.length === 0) return [];
  const losers = density.filter(({ details }) => details.lost.length > 0);
  return [
    {
      scenario: 'density',
      title: 'Instances that were lost',
      text: 'They failed to boot or ended by themselves, and were not replaced.',
      table: {
        caption: 'Lost instances',
        ...markedBy(losers, 'some'),
        head: [
          { text: 'Runtime' },
          numeric('Instance'),
          numeric(timeColumn('After', losers)),
          { text: 'What happened' },
        ],
        rows,
      },
    },
  ];
}

function limitTables({ density }: FleetFindings): SectionTable[] {
  const limits = density.flatMap(({ runtime, details }) =>
    details.limits.map((limit) => ({ runtime, ...limit })),
  );
  const ids = [...new Set(limits.map(({ id }) => id))];
  // The runtimes beside each other, limit by limit.
  const rows = ids.flatMap((id) =>
    limits
      .filter((found) => found.id === id)
      .map(({ runtime, title, limit, perInstance, raisedTo }) => [
        cell(plainLine(title, 80)),
        runtimeCell(runtime),
        cell(formatWhole(limit), raisedTo === undefined ? undefined : `raised to ${formatWhole(raisedTo)}`),
        orNothing(perInstance, (each) => formatValue(each, 'count')),
        orNothing(perInstance, (each) =>
          each > 0 ? formatWhole(Math.floor((raisedTo ?? limit) / each)) : NOTHING,
        ),
      ]),
  );
  if (rows.length === 0) return [];
  return [
    {
      scenario: 'density',
      title: 'Limits of this host that a fleet runs into',
      text: 'How many instances each limit leaves room for, if nothing else ran out before.',
      table: {
        caption: 'Limits of the host',
        ...markedBy(density),
        head: [
          { text: 'Limit' },
          { text: 'In' },
          numeric('Is'),
          numeric('One instance takes'),
          numeric('Enough for'),
        ],
        rows,
      },
    },
  ];
}

const formatWhole = (value: number): string => value.toLocaleString('en');
