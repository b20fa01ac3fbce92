import { marksOf, markTexts, type Marked } from '../../results/marks.ts';
import { waitedForNotes } from '../../results/waited-for.ts';
import { formatBytes, formatValue } from '../../core/units.ts';
import type { Metric, ScenarioDescription } from '../../results/record.ts';
import { valuesByRound } from '../../results/samples.ts';
import { median } from '../../results/statistics/quantile.ts';
import {
  formatCounts,
  formatInterval,
  formatRatio,
  formatSharedRounds,
} from '../../results/tables/format.ts';
import { plainLine } from '../../core/text.ts';
import type { MetricSummary } from '../../results/summary.ts';
import type { Sentence } from '../../results/questions/question.ts';
import { questionOf } from '../../results/questions/registry.ts';
import type { Answer } from './answer.ts';
import { leadRung, type Context } from '../../results/tables/context.ts';
import { fleetAnswers } from './fleet-answers.ts';
import type { FleetFindings } from '../../results/tables/fleet.ts';
import { findRatio } from '../../results/tables/medians.ts';
import type { RuntimeView } from '../../results/tables/runtimes.ts';

/**
 * Sentences on time, memory, and the services that every instance repeats or the host runs too, each as far as the run
 * measured it: of the first pair of a container with a VM that has figures, else of every runtime on its own. Then what
 * fleets of instances showed. `noneDuplicated`: why no service counts as duplicated, where that is the host's doing.
 */
export function answersOf(
  context: Context,
  fleet: FleetFindings,
  noneDuplicated: string | undefined,
): Answer[] {
  const questions = leadMetrics(context, noneDuplicated);
  const compared = compareFirstPair(context, questions);
  const ofBoots =
    compared.length > 0
      ? compared
      : context.runtimes.flatMap((runtime) =>
          questions.flatMap((question) => tell(context, question, runtime) ?? []),
        );
  const answers = [
    ...withoutRepetition(ofBoots),
    ...waitedFor(context),
    ...lessEmulation(context),
    ...beyondTheCharge(context),
    ...fleetAnswers(fleet),
  ];
  return answers.length > 0 ? [...answers, ...failedRuntimes(context)] : [{ text: noAnswer(context) }];
}

/** That the host runs none of the services holds for every runtime, and is said once. */
const withoutRepetition = (answers: readonly Answer[]): Answer[] =>
  answers.filter(({ text }, index) => answers.findIndex((other) => other.text === text) === index);

function compareFirstPair(context: Context, questions: readonly Told[]): Answer[] {
  const containers = context.runtimes.filter((runtime) => runtime.kind === 'container');
  const vms = context.runtimes.filter((runtime) => runtime.kind === 'vm');
  const pairs = containers.flatMap((container) => vms.map((vm) => ({ container, vm })));
  for (const { container, vm } of pairs) {
    const answers = questions.flatMap((question) => compare(context, question, container, vm) ?? []);
    if (answers.length > 0) return answers;
  }
  return [];
}

interface Told extends Sentence {
  scenario: ScenarioDescription;
  metric: Metric;
  /** Said in place of a 0. */
  ofNone?: string | undefined;
}

function leadMetrics({ record }: Context, noneDuplicated: string | undefined): Told[] {
  const told: Told[] = [];
  for (const scenario of record.scenarios) {
    const lead = leadRung(scenario);
    if (lead)
      told.push({
        scenario,
        metric: lead,
        verb: (value) => `took ${value} to “${plainLine(lead.title, 40)}”`,
      });
    const { sentences = {} } = questionOf(scenario.id);
    for (const metric of scenario.metrics) {
      const sentence = sentences[metric.id];
      if (sentence === undefined) continue;
      const ofNone = sentence.isOfHostServices ? noneDuplicated : undefined;
      told.push({ scenario, metric, ...sentence, ofNone });
    }
  }
  return told;
}

function compare(
  context: Context,
  question: Told,
  container: RuntimeView,
  vm: RuntimeView,
): Answer | undefined {
  const { scenario, metric, verb, ofNone } = question;
  const inContainer = context.find(scenario.id, metric.id, container.id);
  const inVm = context.find(scenario.id, metric.id, vm.id);
  if (inVm?.median === undefined || inContainer?.median === undefined) return undefined;
  if (ofNone !== undefined && inVm.median === 0 && inContainer.median === 0) return { text: ofNone };
  const ratio = findRatio(context, metric, [container, vm]);
  const sides = [inVm.n, inContainer.n];
  const comparison = ratio === undefined ? '' : `: ${formatRatio(ratio)}`;
  const shared = ratio === undefined ? '' : formatSharedRounds(ratio, sides);
  const count = (runtime: RuntimeView): string => countText(context, question, runtime);
  return {
    text:
      `On this host a VM of this image (${vm.name}) ${verb(formatValue(inVm.median, metric.unit))}${count(vm)}, ` +
      `the container (${container.name}) ${formatValue(inContainer.median, metric.unit)}${count(container)}${comparison}, ` +
      `${formatCounts(sides)}${shared}.`,
    ...markOn(context, metric, [container, vm], [inVm, inContainer, ratio]),
  };
}

/** ` (7 services)`, where the question counts them and the run did. */
function countText(context: Context, { scenario, counted }: Told, runtime: RuntimeView): string {
  if (counted === undefined) return '';
  const count = context.find(scenario.id, counted.metric, runtime.id)?.median;
  return count === undefined ? '' : ` (${counted.of(count)})`;
}

function tell(context: Context, question: Told, runtime: RuntimeView): Answer | undefined {
  const { scenario, metric, verb, ofNone } = question;
  const found = context.find(scenario.id, metric.id, runtime.id);
  if (found?.median === undefined) return undefined;
  if (ofNone !== undefined && found.median === 0) return { text: ofNone };
  const kind = runtime.kind === 'vm' ? 'a VM' : 'a container';
  return {
    text:
      `On this host ${kind} of this image (${runtime.name}) ${verb(formatValue(found.median, metric.unit))}` +
      `${countText(context, question, runtime)} ${formatInterval(found.interval, metric.unit, found.median)}, ${formatCounts([found.n])}.`,
    ...markOn(context, metric, [runtime], [found]),
  };
}

function waitedFor({ record }: Context): Answer[] {
  return waitedForNotes(record).map(({ runtime, text, ...marked }) => ({
    text: `${runtime}: ${text}.`,
    ...inWords(marked),
  }));
}

/** What an emulated VM costs without what emulation alone takes: the median of the differences by boot. */
function lessEmulation(context: Context): Answer[] {
  const { record, runtimes } = context;
  return record.scenarios.flatMap(({ id: scenario }) => {
    const { emulation } = questionOf(scenario);
    if (emulation === undefined) return [];
    return runtimes.flatMap(({ id, name, mark, description }) => {
      if (!description.emulated) return [];
      const of = (metric: string): Map<number, number> =>
        valuesByRound(record, scenario, { id: metric, unit: 'bytes' }, id);
      const [charged, parts] = [of(emulation.charged), of(emulation.part)];
      const left = [...charged].flatMap(([round, bytes]) => {
        const part = parts.get(round);
        return part === undefined ? [] : [bytes - part];
      });
      const [rest, part] = [median(left), median([...parts.values()])];
      if (rest === undefined || part === undefined) return [];
      return [
        {
          text:
            `Of what the VM (${name}) costs, ${formatBytes(part)} are the cache of translated code, which emulation alone ` +
            `takes: ${formatBytes(rest)} without it, ${formatCounts([left.length])}. Emulation makes a VM look dearer than ` +
            'under KVM.',
          ...(mark === undefined ? {} : { mark }),
        },
      ];
    });
  });
}

/** Why a PSS is greater than the charge, where it is: a reader who sees both asks who pays for the rest. */
function beyondTheCharge(context: Context): Answer[] {
  const [scenario, ids] =
    context.record.scenarios
      .map(({ id }) => [id, questionOf(id).charge] as const)
      .find(([, charge]) => charge !== undefined) ?? [];
  if (scenario === undefined || ids === undefined) return [];
  return context.runtimes.flatMap((runtime) => {
    const of = (metric: string): number | undefined => context.find(scenario, metric, runtime.id)?.median;
    const [charge, pss, elsewhere] = [of(ids.charged), of(ids.pss), of(ids.elsewhere)];
    if (charge === undefined || pss === undefined || elsewhere === undefined) return [];
    if (pss <= charge || elsewhere === 0) return [];
    const kind = runtime.kind === 'vm' ? 'The VM' : 'The container';
    return [
      {
        text:
          `${kind} (${runtime.name}) maps ${formatBytes(elsewhere)} of files, at least, that it is not charged for, as whoever ` +
          `read them first pays. All instances share them once: one more costs the charge, and not the PSS (${formatBytes(pss)}).`,
        ...(runtime.mark === undefined ? {} : { mark: runtime.mark }),
      },
    ];
  });
}

/** The bare marks: the sentence names the runtimes. `figures`: those of the sentence that have an interval. */
function markOn(
  { record }: Context,
  { unit }: Metric,
  runtimes: readonly RuntimeView[],
  figures: readonly (Pick<MetricSummary, 'drift'> | undefined)[],
): Pick<Answer, 'mark'> {
  const ids = runtimes.map(({ id }) => id);
  const isDrifting = figures.some((figure) => figure?.drift !== undefined);
  return inWords({ ...marksOf([record], ids, unit), ...(isDrifting ? { drifting: true } : {}) });
}

function inWords(marked: Marked): Pick<Answer, 'mark'> {
  const texts = markTexts(marked);
  return texts.length === 0 ? {} : { mark: texts.join('; ') };
}

/** Runtimes of which no boot came up: their absence from the figures has to be said. */
function failedRuntimes({ summary, runtimes }: Context): Answer[] {
  return summary.boots.flatMap(({ runtime: id, begun, failed }) => {
    const runtime = runtimes.find((known) => known.id === id);
    if (runtime === undefined || begun === 0 || failed < begun) return [];
    const boots = begun === 1 ? 'the one measured boot' : `all ${begun} measured boots`;
    return [
      {
        text: `Of ${runtime.name} there is no figure: ${boots} failed.`,
        ...(runtime.mark === undefined ? {} : { mark: runtime.mark }),
      },
    ];
  });
}

function noAnswer({ summary, record }: Context): string {
  const begun = summary.boots.reduce((sum, boots) => sum + boots.begun, 0);
  const failed = summary.boots.reduce((sum, boots) => sum + boots.failed, 0);
  if (begun === 0) return 'This record holds no measured boot yet, so there is no figure to give.';
  if (failed === begun)
    return `All ${begun} measured boots failed, so there is no figure to give. The failures are listed below.`;
  return `This run measured ${record.scenarios.map((scenario) => plainLine(scenario.title, 40)).join(', ')}; its figures are in the table below.`;
}
