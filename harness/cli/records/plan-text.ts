import { formatCount } from '../../../core/words.ts';
import type { CapacityPlan, RuntimePlan } from '../../../results/capacity/capacity-plan.ts';
import {
  basisText,
  breakEvenSentence,
  methodText,
  questionText,
  ratioSentences,
} from '../../../results/capacity/capacity-text.ts';
import { capacityTable } from '../../../results/tables/capacity.ts';
import { tableFootnotes, tableLines } from '../table.ts';

/** The plan for people: a line for each runtime, containers against VMs, what to know, and how it was made. */
export function planText(plan: CapacityPlan): string {
  const table = capacityTable(plan);
  return [
    headLines(plan),
    tableLines(table),
    [
      ...ratioSentences(plan),
      ...plan.breakEvens.map((breakEven) => breakEvenSentence(breakEven, plan.question)),
    ],
    noteLines(plan),
    [...methodText(plan), ...tableFootnotes([table])],
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
