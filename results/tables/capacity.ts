import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount, NOTHING } from '../../core/words.ts';
import { markedMetric, markedSubject, together, type Marked } from '../marks.ts';
import type { Bound, CapacityPlan, Estimate, PlanFigures, RuntimePlan } from '../capacity/capacity-plan.ts';
import { estimateRange, LESS_CACHE, workloadHeading } from '../capacity/capacity-text.ts';
import { priceText } from '../capacity/price.ts';
import { cell, column, numeric, orNothing, type Cell, type Column, type Table } from './table.ts';

/** A row of the plan: a runtime with one workload, or an emulated VM less its translation cache. */
interface Row {
  runtime: RuntimePlan;
  /** Below the name in documents; at the terminal above the rows of a group. */
  note: string;
  isLessCache: boolean;
  figures: Partial<PlanFigures>;
}

/** A column with what stands in it. */
type Part = [column: Column, cellOf: (row: Row) => Cell];

/** What one more instance costs and what a host holds: a row for each runtime, with each workload that is planned. */
export function capacityTable(plan: CapacityPlan): Table {
  const rows = rowsOf(plan);
  const marked = together(plan.runtimes);
  const parts = [nameAndCost, byEachResource, perHost, forAll].flatMap((partsOf) =>
    partsOf(plan, rows, marked),
  );
  return {
    caption: 'What one more instance costs, and what a host holds',
    marked,
    isGrouped: plan.furtherWorkloads !== undefined,
    columns: parts.map(([shown]) => shown),
    rows: rows.map((row) => parts.map(([, cellOf]) => cellOf(row))),
  };
}

type PartsOf = (plan: CapacityPlan, rows: readonly Row[], marked: Marked) => Part[];

const nameAndCost: PartsOf = () => [
  [column('Runtime'), nameCell],
  [numeric('Once for all'), ({ figures }) => orNothing(figures.fixedBytes, formatBytes)],
  [
    estimateColumn('One more', 'with its work'),
    ({ figures: { eachWithWork, each } }) => estimateCell(eachWithWork ?? each, formatBytes),
  ],
];

/** Each only where it is not what binds everywhere, or was asked for. */
const byEachResource: PartsOf = ({ question: { hostCpus } }, rows, marked) => {
  const isAllMemory = rows.every(({ figures }) => (figures.boundBy?.kind ?? 'memory') === 'memory');
  const options = { note: 'instances per host', detail: true };
  const byMemory: Part = [
    numeric('By memory', options),
    ({ figures }) => estimateCell(figures.byMemory, formatWhole),
  ];
  const byCpu: Part = [
    numeric(markedMetric('By idle CPU', marked), options),
    ({ figures }) =>
      figures.byCpu === undefined ? cell(NOTHING) : cell(formatWhole(figures.byCpu.instances), 'no interval'),
  ];
  return [...(isAllMemory ? [] : [byMemory]), ...(hostCpus === undefined ? [] : [byCpu])];
};

/** As the host of the run was set, and with its limits raised, where that is not the same. */
const perHost: PartsOf = (_, rows, marked) => {
  const instances = ({ figures }: Row): Cell => estimateCell(figures.instances, formatWhole);
  const bound = ({ figures }: Row): Cell => boundCell(figures.boundBy);
  if (rows.every(({ figures }) => figures.asSet?.boundBy.name === figures.boundBy?.name)) {
    return [
      [estimateColumn(markedMetric('Per host', marked)), instances],
      [column('Bound by'), bound],
    ];
  }
  return [
    [
      numeric('Per host as set', { note: 'limits of the kernel as on the host of the run' }),
      ({ figures }) => estimateCell(figures.asSet?.instances, formatWhole),
    ],
    [column('Bound by'), ({ figures }) => boundCell(figures.asSet?.boundBy)],
    [estimateColumn(markedMetric('Limits raised', marked), 'instances per host'), instances],
    [column('Then by', { brief: 'then bound by' }), bound],
  ];
};

/** Hosts and money, as far as they were asked for. */
const forAll: PartsOf = ({ question: { instances: wanted, hostPrice, spareHosts } }, _, marked) => {
  const parts: Part[] = [];
  if (wanted !== undefined) {
    const spare = spareHosts === 0 ? undefined : `${spareHosts} of them spare`;
    parts.push([
      estimateColumn(markedMetric(`Hosts for ${formatWhole(wanted)}`, marked), spare),
      ({ figures }) => estimateCell(figures.hosts, formatWhole),
    ]);
  }
  if (hostPrice !== undefined) {
    const price = priceText(hostPrice);
    if (wanted !== undefined) {
      parts.push([
        estimateColumn('All hosts', 'a month'),
        ({ figures }) => estimateCell(figures.price?.total, price),
      ]);
    }
    parts.push([
      { ...estimateColumn('Each a month'), note: 'one instance' },
      ({ figures }) => estimateCell(figures.price?.each, price),
    ]);
  }
  return parts;
};

function estimateColumn(title: string, note?: string): Column {
  return numeric(title, {
    brief: `${title} [95 %]`,
    withNotes: true,
    ...(note === undefined ? {} : { note }),
  });
}

function nameCell({ runtime, note, isLessCache }: Row): Cell {
  const name = markedSubject(runtime.runtime, runtime);
  return {
    ...cell(isLessCache ? `${name} ${LESS_CACHE}` : name, note),
    ...(isLessCache ? { brief: `${name} less cache` } : {}),
  };
}

function rowsOf({ question, runtimes, furtherWorkloads }: CapacityPlan): Row[] {
  const workloads = [
    { workloadMemoryBytes: question.workloadMemoryBytes, runtimes },
    ...(furtherWorkloads ?? []),
  ];
  return workloads.flatMap((workload) =>
    workload.runtimes.flatMap((runtime) => {
      const note =
        furtherWorkloads === undefined
          ? measuredText(runtime)
          : workloadHeading(workload.workloadMemoryBytes);
      const { withoutTranslationCache: less } = runtime;
      return [
        { runtime, note, isLessCache: false, figures: runtime },
        ...(less === undefined ? [] : [{ runtime, note, isLessCache: true, figures: less }]),
      ];
    }),
  );
}

/** `6 steps, up to 8 instances` */
function measuredText({ measured }: RuntimePlan): string {
  if (measured === undefined) return 'not measured';
  return `${formatCount(measured.steps, 'step')}, up to ${formatCount(measured.mostLive, 'instance')}`;
}

const boundCell = (bound: Bound | undefined): Cell => cell(bound?.name ?? NOTHING);

function estimateCell(estimate: Estimate | undefined, text: (value: number) => string): Cell {
  if (estimate === undefined) return cell(NOTHING);
  const range = estimateRange(estimate, text);
  return cell(text(estimate.value), range === '' ? undefined : range);
}

/** What one runtime's instances per host come to over hosts of different sizes; `undefined` where it has no plan. */
export interface SizedEstimates {
  name: string;
  estimates: readonly (Estimate | undefined)[];
}

/** Instances per host: a row for each size of host, a column for each runtime. */
export function hostSizesTable(sizes: readonly CapacityPlan[], runtimes: readonly SizedEstimates[]): Table {
  return {
    caption: 'Instances per host',
    columns: [column('Memory of the host'), ...runtimes.map(({ name }) => numeric(name))],
    rows: sizes.map(({ question }, row) => [
      cell(formatBytes(question.hostMemoryBytes), `${formatBytes(question.reserveBytes)} in reserve`),
      ...runtimes.map(({ estimates }) => estimateCell(estimates[row], formatWhole)),
    ]),
  };
}
