import { formatBytes } from '../../core/units.ts';
import { formatCount, NOTHING } from '../../core/words.ts';
import { footnote, footnotes, markedMetric, markedSubject, together } from '../../results/marks.ts';
import type { Estimate, CapacityPlan, RuntimePlan } from '../../results/capacity/capacity-plan.ts';
import {
  basisText,
  hostText,
  methodText,
  questionText,
  rangeText,
  ratioSentence,
  wholeText,
} from '../../results/capacity/capacity-text.ts';
import { formatTime } from '../../results/tables/format.ts';
import { cell, column, numeric, type Cell, type Table } from '../../results/tables/table.ts';

/** Everything that the page says, as plain text; the template only lays it out. */
export interface PlanPage {
  title: string;
  subtitle: string;
  question: string;
  answers: string[];
  /** Of emulated runtimes. */
  mark?: string;
  /** Of idle CPU, which is a time, where it was looked at. */
  timeMarks: string[];
  runtimes: Table;
  /** What to know, by runtime; those with nothing are left out. */
  notes: { name: string; notes: string[] }[];
  method: string[];
}

export function pageModel(plan: CapacityPlan): PlanPage {
  const { runtimes, ratios, question } = plan;
  return {
    title: `${plan.image}: instances on a host with ${hostText(plan)}`,
    subtitle: `From run ${plan.record} of ${formatTime(plan.startedAt)}`,
    question: `For ${questionText(plan)}; ${basisText[question.basis]}.`,
    answers: [
      ...runtimes.map((runtime) => answerOf(runtime, plan)),
      ...ratios.map((ratio) => `${ratioSentence(ratio)}.`),
    ],
    ...(runtimes.some(({ emulated }) => emulated) ? { mark: footnote('emulated') } : {}),
    timeMarks: footnotes(runtimes.map((runtime) => ({ ...runtime, emulated: false }))),
    runtimes: runtimesTable(plan),
    notes: runtimes
      .map((runtime) => ({ name: nameOf(runtime), notes: runtime.notes }))
      .filter(({ notes }) => notes.length > 0),
    method: methodText(plan),
  };
}

/** `nspawn: 14,743 instances per host [14,680 … 14,828], bound by memory; 1 host for 500 [1 … 1].` */
function answerOf(runtime: RuntimePlan, { question }: CapacityPlan): string {
  const { instances, hosts, boundBy, reason } = runtime;
  if (instances === undefined) return `${nameOf(runtime)}: no plan, ${reason ?? ''}.`;
  const wanted =
    hosts === undefined || question.instances === undefined
      ? ''
      : `; ${wholeText(hosts.value)} ${hosts.value === 1 ? 'host' : 'hosts'} for ${wholeText(question.instances)} ${within(hosts, wholeText)}`;
  return `${nameOf(runtime)}: ${wholeText(instances.value)} ${markedMetric('per host', runtime)} ${within(instances, wholeText)}, bound by ${boundBy ?? ''}${wanted}.`;
}

function within(estimate: Estimate, text: (value: number) => string): string {
  return estimate.interval === undefined ? '(no interval)' : rangeText(estimate, text);
}

const nameOf = ({ runtime, emulated }: RuntimePlan): string => markedSubject(runtime, { emulated });

function runtimesTable({ runtimes, question }: CapacityPlan): Table {
  const { instances: wanted, hostCpus } = question;
  const marked = (text: string): string => markedMetric(text, together(runtimes));
  return {
    caption: 'What one more instance costs, and what a host holds',
    columns: [
      column('Runtime'),
      numeric('Once for all'),
      numeric('One more'),
      numeric('By memory', { note: 'instances per host' }),
      ...(hostCpus === undefined ? [] : [numeric(marked('By idle CPU'), { note: 'instances per host' })]),
      numeric(marked('Per host')),
      ...(wanted === undefined ? [] : [numeric(marked(`Hosts for ${wholeText(wanted)}`))]),
    ],
    rows: runtimes.map((runtime) => {
      const { measured, fixedBytes, each, byMemory, byCpu, instances, hosts } = runtime;
      return [
        cell(
          nameOf(runtime),
          measured === undefined
            ? 'not measured'
            : `${formatCount(measured.steps, 'step')}, up to ${measured.mostLive}`,
        ),
        cell(fixedBytes === undefined ? NOTHING : formatBytes(fixedBytes)),
        estimateCell(each, formatBytes),
        estimateCell(byMemory, wholeText),
        ...(hostCpus === undefined
          ? []
          : [byCpu === undefined ? cell(NOTHING) : cell(wholeText(byCpu.instances), 'no interval')]),
        estimateCell(instances, wholeText),
        ...(wanted === undefined ? [] : [estimateCell(hosts, wholeText)]),
      ];
    }),
  };
}

function estimateCell(estimate: Estimate | undefined, text: (value: number) => string): Cell {
  return estimate === undefined ? cell(NOTHING) : cell(text(estimate.value), within(estimate, text));
}
