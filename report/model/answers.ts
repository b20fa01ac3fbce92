import { marksOf, markTexts } from '../../results/marks.ts';
import { formatValue } from '../../core/units.ts';
import type { Metric, ScenarioDescription } from '../../results/record.ts';
import { formatCounts, formatInterval, formatRatio } from '../format.ts';
import { plainLine } from '../../core/text.ts';
import { leadRung, type Context } from './context.ts';
import { fleetAnswers } from './fleet-answers.ts';
import type { Fleet } from './fleet.ts';
import { findRatio } from './headline.ts';
import type { RuntimeView } from './runtimes.ts';

/** A plain sentence that answers the run's question, and the mark it has to carry. */
export interface Answer {
  text: string;
  mark?: string;
}

/**
 * Sentences on time, memory and duplicated services, each as far as the run measured it: of the first pair of a
 * container with a VM that has figures, else of every runtime on its own. Then what fleets of instances showed.
 */
export function answersOf(context: Context, fleet: Fleet): Answer[] {
  const questions = leadMetrics(context);
  const compared = compareFirstPair(context, questions);
  const ofBoots =
    compared.length > 0
      ? compared
      : context.runtimes.flatMap((runtime) =>
          questions.flatMap((question) => tell(context, question, runtime) ?? []),
        );
  const answers = [...ofBoots, ...fleetAnswers(fleet)];
  return answers.length > 0 ? [...answers, ...failedRuntimes(context)] : [{ text: noAnswer(context) }];
}

function compareFirstPair(context: Context, questions: readonly Question[]): Answer[] {
  const containers = context.runtimes.filter((runtime) => runtime.kind === 'container');
  const vms = context.runtimes.filter((runtime) => runtime.kind === 'vm');
  const pairs = containers.flatMap((container) => vms.map((vm) => ({ container, vm })));
  for (const { container, vm } of pairs) {
    const answers = questions.flatMap((question) => compare(context, question, container, vm) ?? []);
    if (answers.length > 0) return answers;
  }
  return [];
}

interface Question {
  scenario: ScenarioDescription;
  metric: Metric;
  /** `took 14.2 s to ready`, from the value. */
  verb: (value: string) => string;
}

function leadMetrics({ record }: Context): Question[] {
  const verbs: Record<string, (value: string) => string> = {
    'memory.total': (value) => `cost the host ${value} of memory`,
    [DUPLICATED]: (value) => `spent ${value} (PSS) on services that the host runs already`,
  };
  const questions: Question[] = [];
  for (const scenario of record.scenarios) {
    const lead = leadRung(scenario);
    if (lead)
      questions.push({
        scenario,
        metric: lead,
        verb: (value) => `took ${value} to “${plainLine(lead.title, 40)}”`,
      });
    for (const metric of scenario.metrics) {
      const verb = verbs[metric.id];
      if (verb) questions.push({ scenario, metric, verb });
    }
  }
  return questions;
}

const DUPLICATED = 'services.duplicated-pss';
const NONE_DUPLICATED =
  'This host runs none of the services that the instances run, so none of them counts as duplicated here; what each of them takes is in the ledger.';

function compare(
  context: Context,
  { scenario, metric, verb }: Question,
  container: RuntimeView,
  vm: RuntimeView,
): Answer | undefined {
  const inContainer = context.find(scenario.id, metric.id, container.id);
  const inVm = context.find(scenario.id, metric.id, vm.id);
  if (inVm?.median === undefined || inContainer?.median === undefined) return undefined;
  if (metric.id === DUPLICATED && inVm.median === 0 && inContainer.median === 0)
    return { text: NONE_DUPLICATED };
  const ratio = findRatio(context, metric, [container, vm]);
  const comparison = ratio === undefined ? '' : `: ${formatRatio(ratio)}`;
  return {
    text:
      `On this host a VM of this image (${vm.name}) ${verb(formatValue(inVm.median, metric.unit))}, ` +
      `the container (${container.name}) ${formatValue(inContainer.median, metric.unit)}${comparison}, ` +
      `${formatCounts([inVm.n, inContainer.n])}.`,
    ...markOn(context, metric, [container, vm]),
  };
}

function tell(
  context: Context,
  { scenario, metric, verb }: Question,
  runtime: RuntimeView,
): Answer | undefined {
  const found = context.find(scenario.id, metric.id, runtime.id);
  if (found?.median === undefined) return undefined;
  const kind = runtime.kind === 'vm' ? 'a VM' : 'a container';
  return {
    text:
      `On this host ${kind} of this image (${runtime.name}) ${verb(formatValue(found.median, metric.unit))} ` +
      `${formatInterval(found.interval, metric.unit)}, ${formatCounts([found.n])}.`,
    ...markOn(context, metric, [runtime]),
  };
}

/** The bare marks: the sentence names the runtimes. */
function markOn(
  { record }: Context,
  { unit }: Metric,
  runtimes: readonly RuntimeView[],
): Pick<Answer, 'mark'> {
  const ids = runtimes.map(({ id }) => id);
  const texts = markTexts(marksOf([record], ids, unit));
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
