import { formatWhole } from '../../core/units.ts';
import { footnote, footnotes, markedMetric, markedSubject } from '../../results/marks.ts';
import type { CapacityPlan, RuntimePlan } from '../../results/capacity/capacity-plan.ts';
import {
  basisText,
  hostText,
  methodText,
  questionText,
  ratioSentence,
} from '../../results/capacity/capacity-text.ts';
import { formatTime } from '../../results/tables/format.ts';
import { estimateRange, capacityTable } from '../../results/tables/capacity.ts';
import type { Table } from '../../results/tables/table.ts';

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
    runtimes: capacityTable(plan),
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
      : `; ${formatWhole(hosts.value)} ${hosts.value === 1 ? 'host' : 'hosts'} for ${formatWhole(question.instances)} ${estimateRange(hosts, formatWhole)}`;
  return `${nameOf(runtime)}: ${formatWhole(instances.value)} ${markedMetric('per host', runtime)} ${estimateRange(instances, formatWhole)}, bound by ${boundBy ?? ''}${wanted}.`;
}

const nameOf = ({ runtime, emulated }: RuntimePlan): string => markedSubject(runtime, { emulated });
