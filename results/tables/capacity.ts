import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount, NOTHING } from '../../core/words.ts';
import { markedMetric, markedSubject, together } from '../marks.ts';
import type { Estimate, CapacityPlan } from '../capacity/capacity-plan.ts';
import { rangeText } from '../capacity/capacity-text.ts';
import { cell, column, numeric, orNothing, type Cell, type Column, type Table } from './table.ts';

/** What one more instance costs and what a host holds: a row for each runtime. */
export function capacityTable({ runtimes, question }: CapacityPlan): Table {
  const { instances: wanted, hostCpus } = question;
  const marked = together(runtimes);
  const estimate = (title: string): Column => numeric(title, { brief: `${title} [95 %]`, withNotes: true });
  return {
    caption: 'What one more instance costs, and what a host holds',
    marked,
    columns: [
      column('Runtime'),
      numeric('Once for all'),
      estimate('One more'),
      numeric('By memory', { note: 'instances per host', detail: true }),
      ...(hostCpus === undefined
        ? []
        : [numeric(markedMetric('By idle CPU', marked), { note: 'instances per host', detail: true })]),
      estimate(markedMetric('Per host', marked)),
      ...(wanted === undefined ? [] : [estimate(markedMetric(`Hosts for ${formatWhole(wanted)}`, marked))]),
      column('Bound by'),
    ],
    rows: runtimes.map((plan) => {
      const { runtime, measured, fixedBytes, each, byMemory, byCpu, instances, hosts, boundBy } = plan;
      return [
        cell(
          markedSubject(runtime, plan),
          measured === undefined
            ? 'not measured'
            : `${formatCount(measured.steps, 'step')}, up to ${measured.mostLive}`,
        ),
        orNothing(fixedBytes, formatBytes),
        estimateCell(each, formatBytes),
        estimateCell(byMemory, formatWhole),
        ...(hostCpus === undefined
          ? []
          : [byCpu === undefined ? cell(NOTHING) : cell(formatWhole(byCpu.instances), 'no interval')]),
        estimateCell(instances, formatWhole),
        ...(wanted === undefined ? [] : [estimateCell(hosts, formatWhole)]),
        cell(boundBy ?? NOTHING),
      ];
    }),
  };
}

function estimateCell(estimate: Estimate | undefined, text: (value: number) => string): Cell {
  return estimate === undefined ? cell(NOTHING) : cell(text(estimate.value), estimateRange(estimate, text));
}

/** `[12.4 MiB, 16.5 MiB]`, or that there is none. */
export function estimateRange(estimate: Estimate, text: (value: number) => string): string {
  return estimate.interval === undefined ? '(no interval)' : rangeText(estimate, text);
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
      ...runtimes.map(({ estimates }) => {
        const estimate = estimates[row];
        return estimate === undefined
          ? cell(NOTHING)
          : cell(formatWhole(estimate.value), rangeText(estimate, formatWhole));
      }),
    ]),
  };
}
