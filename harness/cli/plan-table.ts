import { alignColumns } from '../../core/columns.ts';
import { formatBytes } from '../../core/units.ts';
import { formatCount, NOTHING } from '../../core/words.ts';
import { footnotes, markedMetric, markedSubject, together } from '../../results/marks.ts';
import type { Estimate, CapacityPlan, RuntimePlan } from '../../results/capacity/capacity-plan.ts';
import {
  basisText,
  methodText,
  questionText,
  rangeText,
  ratioSentence,
  wholeText,
} from '../../results/capacity/capacity-text.ts';

/** The plan for people: a line for each runtime, containers against VMs, what to know, and how it was made. */
export function planTable(plan: CapacityPlan): string {
  return [
    headLines(plan),
    runtimeLines(plan),
    plan.ratios.map(ratioSentence),
    noteLines(plan),
    [...methodText(plan), ...footnotes(plan.runtimes)],
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function headLines(plan: CapacityPlan): string[] {
  const when = plan.startedAt.slice(0, 16).replace('T', ' ');
  return [
    `plan from ${plan.record}, ${when} UTC, image ${plan.image}`,
    `for ${questionText(plan)}; ${basisText[plan.question.basis]}`,
  ];
}

function runtimeLines({ runtimes, question }: CapacityPlan): string[] {
  const marked = (head: string): string => markedMetric(head, together(runtimes));
  const hosts =
    question.instances === undefined ? [] : [marked(`hosts for ${wholeText(question.instances)}`), '95 %'];
  const head = ['runtime', 'once', 'one more', '95 %', marked('per host'), '95 %', ...hosts, 'bound by'];
  const rows = runtimes.map((plan) => [
    markedSubject(plan.runtime, plan),
    plan.fixedBytes === undefined ? NOTHING : formatBytes(plan.fixedBytes),
    ...estimateCells(plan.each, formatBytes),
    ...estimateCells(plan.instances, wholeText),
    ...(question.instances === undefined ? [] : estimateCells(plan.hosts, wholeText)),
    plan.boundBy ?? NOTHING,
  ]);
  const last = head.length - 1;
  return alignColumns(
    [head, ...rows],
    head.map((_, column) => (column === 0 || column === last ? 'left' : 'right')),
  );
}

function estimateCells(estimate: Estimate | undefined, text: (value: number) => string): [string, string] {
  return estimate === undefined ? [NOTHING, NOTHING] : [text(estimate.value), rangeText(estimate, text)];
}

function noteLines({ runtimes }: CapacityPlan): string[] {
  return runtimes.flatMap((plan) => {
    const notes = [...(plan.reason === undefined ? [] : [`no plan: ${plan.reason}`]), ...plan.notes];
    if (notes.length === 0) return [];
    return [`${plan.runtime}${measuredText(plan)}`, ...notes.map((note) => `  ! ${note}`)];
  });
}

/** ` (6 steps of 1 series, up to 8 instances)` */
function measuredText({ measured }: RuntimePlan): string {
  if (measured === undefined) return '';
  const { steps, series, mostLive } = measured;
  const many = series === 1 ? '' : ` of ${series} series`;
  return ` (${formatCount(steps, 'step')}${many}, up to ${formatCount(mostLive, 'instance')})`;
}
