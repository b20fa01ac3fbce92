import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount, NOTHING } from '../../core/words.ts';
import { markedMetric, markedSubject, together } from '../marks.ts';
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

/** What one more instance costs and what a host holds: a row for each runtime, with each workload that is planned. */
export function capacityTable(plan: CapacityPlan): Table {
  const { question, runtimes, furtherWorkloads } = plan;
  const { instances: wanted, hostCpus, hostPrice, spareHosts } = question;
  const marked = together(runtimes);
  const rows = rowsOf(plan);
  const estimate = (title: string, note?: string): Column =>
    numeric(title, { brief: `${title} [95 %]`, withNotes: true, ...(note === undefined ? {} : { note }) });
  const isLimited = rows.some(({ figures }) => figures.asSet?.boundBy.name !== figures.boundBy?.name);
  const isAllMemory = rows.every(({ figures }) => (figures.boundBy?.kind ?? 'memory') === 'memory');
  const price = hostPrice && priceText(hostPrice);
  const spare = spareHosts === 0 ? undefined : `${spareHosts} of them spare`;
  return {
    caption: 'What one more instance costs, and what a host holds',
    marked,
    isGrouped: furtherWorkloads !== undefined,
    columns: [
      column('Runtime'),
      numeric('Once for all'),
      estimate('One more', 'with its work'),
      ...(isAllMemory ? [] : [numeric('By memory', { note: 'instances per host', detail: true })]),
      ...(hostCpus === undefined
        ? []
        : [numeric(markedMetric('By idle CPU', marked), { note: 'instances per host', detail: true })]),
      ...(isLimited
        ? [
            numeric('Per host as set', { note: 'limits of the kernel as on the host of the run' }),
            column('Bound by'),
            estimate(markedMetric('Limits raised', marked), 'instances per host'),
            column('Then by', { brief: 'then bound by' }),
          ]
        : [estimate(markedMetric('Per host', marked)), column('Bound by')]),
      ...(wanted === undefined
        ? []
        : [estimate(markedMetric(`Hosts for ${formatWhole(wanted)}`, marked), spare)]),
      ...(price === undefined
        ? []
        : [
            ...(wanted === undefined ? [] : [estimate('All hosts', 'a month')]),
            { ...estimate('Each a month'), note: 'one instance' },
          ]),
    ],
    rows: rows.map(({ runtime, note, isLessCache, figures }) => {
      const { fixedBytes, eachWithWork, each, byMemory, byCpu, instances, hosts, boundBy, asSet } = figures;
      const name = markedSubject(runtime.runtime, runtime);
      return [
        {
          ...cell(isLessCache ? `${name} ${LESS_CACHE}` : name, note),
          ...(isLessCache ? { brief: `${name} less cache` } : {}),
        },
        orNothing(fixedBytes, formatBytes),
        estimateCell(eachWithWork ?? each, formatBytes),
        ...(isAllMemory ? [] : [estimateCell(byMemory, formatWhole)]),
        ...(hostCpus === undefined
          ? []
          : [byCpu === undefined ? cell(NOTHING) : cell(formatWhole(byCpu.instances), 'no interval')]),
        ...(isLimited ? [estimateCell(asSet?.instances, formatWhole), boundCell(asSet?.boundBy)] : []),
        estimateCell(instances, formatWhole),
        boundCell(boundBy),
        ...(wanted === undefined ? [] : [estimateCell(hosts, formatWhole)]),
        ...(price === undefined
          ? []
          : [
              ...(wanted === undefined ? [] : [estimateCell(figures.price?.total, price)]),
              estimateCell(figures.price?.each, price),
            ]),
      ];
    }),
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
