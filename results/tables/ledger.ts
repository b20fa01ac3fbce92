import { mostFrequent } from '../../core/group-by.ts';
import { plainLine } from '../../core/text.ts';
import { formatBytes, formatMs } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { services as question } from '../questions/services.ts';
import { ledgerIn, type LedgerRow, type Sample } from '../record.ts';
import { hostsOfRepeated, isRepeated, noneDuplicatedNote } from '../repeated-services.ts';
import { median } from '../statistics/quantile.ts';
import type { Context } from './context.ts';
import { shortName, markOf, marksOver, timeHeading, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, type Table } from './table.ts';

/** For every service of the image: where it runs, what it takes, and if it does not run, why not. */
export interface Ledger {
  /** The id of the scenario that it belongs to. */
  scenario: string;
  mark?: string;
  /** Of a figure of it that is memory alone. */
  memoryMark?: string;
  /** Set where the host runs none of the services that every instance repeats. */
  note?: string;
  runtimes: RuntimeView[];
  /** Those that run or failed somewhere, and the services that everyone asks about. */
  services: ServiceEntry[];
  /** The rest: nowhere running once the instance has settled. */
  idle: ServiceEntry[];
}

export interface ServiceEntry {
  service: string;
  title?: string;
  host: LedgerRow['host'];
  /** One for each of the ledger's runtimes. */
  places: Place[];
}

/** A service inside one runtime, over all its measured boots: the usual state, and medians. */
export interface Place {
  runtime: RuntimeView;
  state: LedgerRow['state'];
  /** Set where boots differed: `in 4 of 5 boots`. */
  stateNote?: string;
  reason?: string;
  /** The host runs it too. */
  duplicated: boolean;
  /** Each further instance runs it again. */
  repeated: boolean;
  pssBytes?: number;
  ussBytes?: number;
  anonBytes?: number;
  cpuMs?: number;
  startMs?: number;
  durationMs?: number;
}

/** `undefined` where no sample brought a ledger. */
export function ledgerOf(context: Context): Ledger | undefined {
  const ledgers = context.runtimes.flatMap((runtime) => {
    const boots = context.record.samples.flatMap((sample) =>
      isMeasured(sample, runtime) ? rowsOf(sample) : [],
    );
    return boots.length === 0 ? [] : [{ runtime, boots, byService: groupByService(boots) }];
  });
  if (ledgers.length === 0) return undefined;

  const names = [...new Set(ledgers.flatMap(({ byService }) => [...byService.keys()]))];
  const services = names.map((service): ServiceEntry => {
    const all = ledgers.flatMap(({ byService }) => byService.get(service) ?? []);
    const title = all.find((row) => row.title !== undefined)?.title;
    return {
      service: plainLine(service, 80),
      ...(title === undefined ? {} : { title: plainLine(title, 100) }),
      host: mostFrequent(all, (row) => row.host)?.value.host ?? 'unknown',
      places: ledgers.map(({ runtime, boots, byService }) =>
        placeOf(runtime, byService.get(service) ?? [], boots.length),
      ),
    };
  });
  const runtimes = ledgers.map(({ runtime }) => runtime);
  const mark = markOf(runtimes, 'some');
  const memoryMark = markOf(runtimes);
  const note = noneDuplicatedNote(hostsOfRepeated(ledgers.flatMap(({ boots }) => boots)));
  const sorted = services.sort(byInterest);
  return {
    scenario: question.id,
    ...(mark === undefined ? {} : { mark }),
    ...(memoryMark === undefined ? {} : { memoryMark }),
    ...(note === undefined ? {} : { note }),
    runtimes,
    services: sorted.filter((entry) => !isIdle(entry)),
    idle: sorted.filter(isIdle),
  };
}

const isMeasured = (sample: Sample, runtime: RuntimeView): boolean =>
  sample.runtime === runtime.id && sample.phase === 'measured' && sample.outcome === 'ok';

function rowsOf(sample: Sample): LedgerRow[][] {
  const ledger = ledgerIn(sample.details);
  return ledger === undefined ? [] : [ledger.services];
}

function groupByService(boots: readonly LedgerRow[][]): Map<string, LedgerRow[]> {
  const groups = new Map<string, LedgerRow[]>();
  for (const row of boots.flat()) {
    const group = groups.get(row.service);
    if (group) group.push(row);
    else groups.set(row.service, [row]);
  }
  return groups;
}

function placeOf(runtime: RuntimeView, rows: readonly LedgerRow[], boots: number): Place {
  // An instance of a template, such as a serial console's getty, exists only where something asks for it.
  const most = mostFrequent(rows, (row) => row.state);
  if (most === undefined)
    return {
      runtime,
      state: 'inactive',
      reason: 'nothing asks for it here',
      duplicated: false,
      repeated: false,
    };
  const { state } = most.value;
  const usual = rows.filter((row) => row.state === state);
  const reason = usual.find((row) => row.reason !== undefined)?.reason;
  return {
    runtime,
    state,
    ...(most.count < boots ? { stateNote: `in ${most.count} of ${boots} boots` } : {}),
    ...(reason === undefined ? {} : { reason: plainLine(reason, 200) }),
    duplicated: usual.some((row) => row.duplicated),
    repeated: usual.some(isRepeated),
    ...medianOf(usual, 'pssBytes'),
    ...medianOf(usual, 'ussBytes'),
    ...medianOf(usual, 'anonBytes'),
    ...medianOf(usual, 'cpuMs'),
    ...medianOf(usual, 'startMs'),
    ...medianOf(usual, 'durationMs'),
  };
}

type Figure = 'pssBytes' | 'ussBytes' | 'anonBytes' | 'cpuMs' | 'startMs' | 'durationMs';

function medianOf<Key extends Figure>(rows: readonly LedgerRow[], key: Key): Partial<Record<Key, number>> {
  const values = rows.map((row) => row[key]).filter((value) => value !== undefined);
  return (values.length === 0 ? {} : { [key]: median(values) }) as Partial<Record<Key, number>>;
}

/** The two services of the old argument first, then those that every distribution runs. */
const first = [/^systemd-udevd\.service$|^udev\.service$/, /^dbus(-broker)?\.service$/, /journald/, /logind/];

function byInterest(a: ServiceEntry, b: ServiceEntry): number {
  return rank(a) - rank(b) || largestPss(b) - largestPss(a) || a.service.localeCompare(b.service, 'en');
}

function isIdle({ service, places }: ServiceEntry): boolean {
  return (
    !first.some((pattern) => pattern.test(service)) &&
    places.every(({ state }) => state !== 'running' && state !== 'failed')
  );
}

function rank(entry: ServiceEntry): number {
  const named = first.findIndex((pattern) => pattern.test(entry.service));
  if (named >= 0) return named;
  return entry.places.some((place) => place.state === 'running') ? first.length : first.length + 1;
}

const largestPss = (entry: ServiceEntry): number =>
  Math.max(...entry.places.map((place) => place.pssBytes ?? 0));

/** A place's figures as they stand in a table, in this order. */
export function ledgerColumns({ runtimes }: Pick<Ledger, 'runtimes'>): string[] {
  return [
    'PSS',
    'USS',
    'Anonymous',
    ...['CPU time', 'Started at', 'Took'].map((text) => timeHeading(text, runtimes)),
  ];
}

export function placeFigures(place: Place): string[] {
  const bytes = (value: number | undefined): string => (value === undefined ? NOTHING : formatBytes(value));
  const ms = (value: number | undefined): string => (value === undefined ? NOTHING : formatMs(value));
  return [
    bytes(place.pssBytes),
    bytes(place.ussBytes),
    bytes(place.anonBytes),
    ms(place.cpuMs),
    ms(place.startMs),
    ms(place.durationMs),
  ];
}

/** Where each service runs, and if not, why not: a row for each runtime. The page lays the same out with its tags. */
export function ledgerTable(ledger: Ledger): Table {
  return {
    caption: 'Services: where each runs, and if not, why not; medians over boots',
    ...marksOver(ledger.runtimes, 'some'),
    columns: [
      column('Service'),
      column('Host'),
      column('In'),
      column('State'),
      ...ledgerColumns(ledger).map((title) => numeric(title)),
    ],
    rows: ledger.services.flatMap(({ service, host, places }) =>
      places.map((place) =>
        [service, host, shortName(place.runtime), stateOf(place), ...placeFigures(place)].map((text) =>
          cell(text),
        ),
      ),
    ),
  };
}

function stateOf({ state, stateNote, reason, repeated, duplicated }: Place): string {
  const words = [state, ...(repeated ? ['repeated'] : []), ...(duplicated ? ['duplicated'] : [])];
  return [words.join(', '), stateNote, reason].filter(Boolean).join('; ');
}

/** What each of these services takes, the runtimes beside each other. */
export function pssTable({ runtimes }: Ledger, services: readonly ServiceEntry[]): Table {
  return {
    caption: 'Median PSS of each service',
    ...marksOver(runtimes),
    columns: [column('Service'), ...runtimes.map((runtime) => numeric(shortName(runtime)))],
    rows: services.map((entry) => [
      cell(serviceName(entry)),
      ...entry.places.map((place) => cell(pssText(place))),
    ]),
  };
}

/** `dbus *`, where the host runs the same service. */
export function serviceName({ service, host }: ServiceEntry): string {
  return `${service.replace(/\.service$/, '').slice(0, 28)}${host === 'running' ? ' *' : ''}`;
}

/** Its PSS, or in what state it has none. */
export function pssText(place: Place | undefined): string {
  if (place === undefined) return NOTHING;
  return place.pssBytes === undefined ? place.state : formatBytes(place.pssBytes);
}
