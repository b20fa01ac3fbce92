import { formatWhole } from '../../core/units.ts';
import { footnote, footnotes, markedMetric, markedSubject } from '../../results/marks.ts';
import type { CapacityPlan, RuntimePlan } from '../../results/capacity/capacity-plan.ts';
import {
  basisText,
  breakEvenSentence,
  estimateText,
  hostText,
  LESS_CACHE,
  methodText,
  questionText,
  ratioSentences,
} from '../../results/capacity/capacity-text.ts';
import { priceText } from '../../results/capacity/price.ts';
import { runtimeClasses } from '../../results/capacity/runtime-class.ts';
import { formatTime } from '../../results/tables/format.ts';
import { capacityTable } from '../../results/tables/capacity.ts';
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
  /** To be pasted: YAML. */
  runtimeClasses: string;
  method: string[];
}

export function pageModel(plan: CapacityPlan): PlanPage {
  const { runtimes, breakEvens, question } = plan;
  return {
    title: `${plan.image}: instances on a host with ${hostText(plan)}`,
    subtitle: `From run ${plan.record} of ${formatTime(plan.startedAt)}`,
    question: `For ${questionText(plan)}; ${basisText[question.basis]}.`,
    answers: [
      ...runtimes.map((runtime) => answerOf(runtime, plan)),
      ...ratioSentences(plan).map((sentence) => `${sentence}.`),
      ...breakEvens.map((breakEven) => `${capital(breakEvenSentence(breakEven, question))}.`),
    ],
    ...(runtimes.some(({ emulated }) => emulated) ? { mark: footnote('emulated') } : {}),
    timeMarks: footnotes(runtimes.map((runtime) => ({ ...runtime, emulated: false }))),
    runtimes: capacityTable(plan),
    notes: runtimes
      .map((runtime) => ({ name: nameOf(runtime), notes: runtime.notes }))
      .filter(({ notes }) => notes.length > 0),
    runtimeClasses: runtimeClasses(plan),
    method: methodText(plan),
  };
}

/** `nspawn: 14,743 per host [14,680, 14,828], bound by memory; 1 host for 500.` */
function answerOf(runtime: RuntimePlan, { question, furtherWorkloads }: CapacityPlan): string {
  const { instances, asSet, hosts, price, boundBy, reason, withoutTranslationCache: less } = runtime;
  if (instances === undefined) return `${nameOf(runtime)}: no plan, ${reason ?? ''}.`;
  const isFirst = asSet !== undefined && asSet.boundBy.name !== boundBy?.name;
  const { instances: wanted, hostPrice } = question;
  const perHost = estimateText(instances, formatWhole, markedMetric('per host', runtime));
  const clauses = [
    `${nameOf(runtime)}${furtherWorkloads === undefined ? '' : ', idle'}: ${perHost}, bound by ${boundBy?.name ?? ''}`,
    ...(less === undefined ? [] : [`${estimateText(less.instances, formatWhole)} ${LESS_CACHE}`]),
    ...(isFirst
      ? [
          `${formatWhole(asSet.instances.value)} as the host of the run is set, bound by ${asSet.boundBy.name}`,
        ]
      : []),
    ...(hosts === undefined || wanted === undefined
      ? []
      : [
          estimateText(
            hosts,
            formatWhole,
            `${hosts.value === 1 ? 'host' : 'hosts'} for ${formatWhole(wanted)}`,
          ),
        ]),
    ...(price === undefined || hostPrice === undefined
      ? []
      : [estimateText(price.each, priceText(hostPrice), 'an instance and month')]),
  ];
  return `${clauses.join('; ')}.`;
}

const nameOf = ({ runtime, emulated }: RuntimePlan): string => markedSubject(runtime, { emulated });

const capital = (text: string): string => text.replace(/^./u, (letter) => letter.toUpperCase());
