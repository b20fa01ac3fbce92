import { formatBytes } from '../../core/units.ts';
import { formatCount, NOTHING } from '../../core/words.ts';
import {
  billOf,
  costAt,
  extrapolationNote,
  noneDuplicatedOf,
  type BillRow,
  type Charge,
} from '../fleet/bill.ts';
import { bytesInterval } from '../fleet/fleet-text.ts';
import type { FleetFindings } from './fleet.ts';
import { markedId, marksOver, runtimeCell, shortName } from './runtimes.ts';
import { cell, column, numeric, type Cell, type Table } from './table.ts';

/** Numbers of instances that the bill is made out for. */
const BILLED = [10, 100, 1000] as const;

/** What services cost that every instance repeats: a row for each service in each runtime. */
export function billTable({ bill, runtimes }: NonNullable<FleetFindings['bill']>): Table {
  return {
    caption: 'The bill for repeated services',
    ...marksOver(runtimes),
    columns: [
      column('Service'),
      column('In'),
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
  };
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
    cell(formatBytes(bytes), basis === 'mean' ? 'mean of one step' : bytesInterval(interval, bytes)),
    cell(`${instances} of ${live}`),
    ...BILLED.map((count) => {
      const cost = costAt(charge, count);
      return cell(cost === undefined ? NOTHING : `${formatBytes(cost.bytes)}${count > measured ? ' *' : ''}`);
    }),
  ];
}

/**
 * The bill for one number of instances, the runtimes beside each other, and what to know of it; PID 1 is among all
 * others. `undefined` where no series tells of services.
 */
export function billAt(
  { plain }: FleetFindings,
  instances: number,
): { table: Table; notes: string[] } | undefined {
  const bill = billOf(
    plain.map(({ runtime, details }) => ({
      id: runtime.id,
      name: markedId(runtime),
      kind: runtime.kind,
      density: details,
    })),
    'short',
  );
  if (bill === undefined) return undefined;
  const runtimes = plain.map(({ runtime }) => runtime);
  const extrapolated = extrapolationNote(bill, instances);
  return {
    table: {
      caption: `The bill for repeated services of ${instances} instances`,
      ...marksOver(runtimes),
      columns: [
        column('Service', { brief: `services × ${instances}` }),
        ...runtimes.map((runtime) => numeric(shortName(runtime), { brief: markedId(runtime) })),
      ],
      rows: bill.rows.map((row) => [
        cell(isDuplicated(row) ? `${row.title} †` : row.title),
        ...row.charges.map((charge) => {
          const cost = costAt(charge, instances);
          if (cost !== undefined) return cell(formatBytes(cost.bytes));
          return cell(charge.state === 'absent' ? 'does not run' : NOTHING);
        }),
      ]),
    },
    notes: [
      `anonymous PSS of ${instances} instances, each of which repeats these services${extrapolated === undefined ? '' : `, ${extrapolated}`}`,
      ...(bill.rows.some(isDuplicated) ? ['† duplicated: the host runs it as well'] : []),
      ...[noneDuplicatedOf(bill) ?? []].flat(),
    ],
  };
}

/** One service, and the host runs it: of several together that would not be true of each. */
function isDuplicated({ family, duplicated }: BillRow): boolean {
  return duplicated.length > 0 && family !== 'rest' && family !== 'all';
}
