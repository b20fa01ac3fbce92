import { usageError } from '../../core/error.ts';
import { starMatcher } from '../../core/glob.ts';
import { nearest } from '../../core/suggest.ts';
import { plainLine } from '../../core/text.ts';
import { questionOf } from '../questions/registry.ts';
import type { Metric, RunRecord, RuntimeDescription } from '../record.ts';
import type { Note } from './comparison.ts';
import { noteOn } from './notes.ts';
import type { PooledSide } from './pool.ts';

/** A metric and the scenario that asked for it. */
export interface SelectedMetric {
  scenario: string;
  metric: Metric;
}

/**
 * What is compared where nobody says otherwise: the headlines that have a direction. Fewer rows are surer rows, since
 * each p is corrected over all of them. So the headlines that say again what others say are left out: results/questions
 * names them, and what is compared beside the headlines.
 */
export function isComparedByDefault({ scenario, metric }: SelectedMetric): boolean {
  const { alsoCompared = [], notCompared = [] } = questionOf(scenario);
  if (alsoCompared.includes(metric.id)) return true;
  if (metric.role !== 'headline' || metric.better === 'none') return false;
  return notCompared !== 'all' && !notCompared.includes(metric.id);
}

/**
 * The metrics to compare, in the order of the records. `patterns`: ids, or parts of them with `*` for anything
 * (`startup.*`); none: the default. Throws the usage error `unknown-metric`.
 */
export function selectMetrics(
  declared: readonly SelectedMetric[],
  patterns: readonly string[],
): SelectedMetric[] {
  if (patterns.length === 0) return declared.filter(isComparedByDefault);
  const matchers = patterns.map((pattern) => {
    const isMeant = starMatcher(pattern);
    if (!declared.some(({ metric }) => isMeant(metric.id))) throw unknownMetric(pattern, declared);
    return isMeant;
  });
  return declared.filter(({ metric }) => matchers.some((isMeant) => isMeant(metric.id)));
}

/** What the records declare, each metric once. */
export function declaredMetrics(records: readonly RunRecord[]): SelectedMetric[] {
  const all = records.flatMap((record) =>
    record.scenarios.flatMap(({ id, metrics }) => metrics.map((metric) => ({ scenario: id, metric }))),
  );
  return [...new Map(all.map((entry) => [metricKey(entry), entry])).values()];
}

export function metricKey({ scenario, metric }: SelectedMetric): string {
  return JSON.stringify([scenario, metric.id]);
}

function unknownMetric(pattern: string, declared: readonly SelectedMetric[]) {
  const ids = declared.map(({ metric }) => metric.id);
  const guess = nearest(pattern, ids);
  return usageError('unknown-metric', `neither record has a metric "${pattern}"`, {
    hint: guess === undefined ? `known: ${ids.join(', ')}` : `did you mean ${guess}?`,
  });
}

/** What is compared, and a note on each thing that is not. */
export interface Common<T> {
  items: T[];
  notes: Note[];
}

/**
 * The runtimes that both sides ran, emulated on both or on neither: an emulated figure says nothing about one of KVM,
 * whatever is forced. Throws the usage error `no-common-runtime`.
 */
export function commonRuntimes(base: PooledSide, next: PooledSide): Common<RuntimeDescription> {
  const before = new Map(base.records[0].runtimes.map((runtime) => [runtime.id, runtime]));
  const after = next.records[0].runtimes;
  const inBoth = after.filter(({ id }) => before.has(id));
  if (inBoth.length === 0) {
    throw usageError(
      'no-common-runtime',
      `there is no runtime to compare: BASE has ${listed([...before.keys()])}, NEW has ${listed(idsOf(after))}`,
      { hint: 'run both with the same --runtime' },
    );
  }
  const items = inBoth.filter(({ id, emulated }) => before.get(id)?.emulated === emulated);
  if (items.length === 0) {
    throw usageError(
      'no-common-runtime',
      `there is no runtime to compare: ${listed(idsOf(inBoth))} was emulated (TCG) on one side only`,
      { hint: 'an emulated figure is never compared with one of KVM' },
    );
  }
  const unlike = inBoth.filter((runtime) => !items.includes(runtime));
  const added = after.filter(({ id }) => !before.has(id));
  return {
    items,
    notes: [
      ...unlike.map(({ id, emulated }) => {
        const side = emulated ? 'NEW' : 'BASE';
        return noteOn(id, `not compared, since it was emulated (TCG) in ${side} only`);
      }),
      ...added.map(({ id }) => noteOn(id, 'not compared, since BASE did not run it')),
    ],
  };
}

const idsOf = (runtimes: readonly RuntimeDescription[]): string[] => runtimes.map(({ id }) => id);

/**
 * The selected metrics that BASE declares. What NEW no longer declares stays: it is missing, and no pass. Throws the
 * usage errors `unknown-metric`, and `no-common-metric` where NEW declares none of them.
 */
export function commonMetrics(
  base: PooledSide,
  next: PooledSide,
  patterns: readonly string[],
): Common<SelectedMetric> {
  const before = declaredMetrics(base.records);
  const after = declaredMetrics(next.records);
  const inBase = new Set(before.map(metricKey));
  const inNext = new Set(after.map(metricKey));
  const onlyNext = after.filter((entry) => !inBase.has(metricKey(entry)));

  const selected = selectMetrics([...before, ...onlyNext], patterns);
  const items = selected.filter((entry) => inBase.has(metricKey(entry)));
  const added = selected.filter((entry) => !inBase.has(metricKey(entry)));
  if (!items.some((entry) => inNext.has(metricKey(entry)))) {
    throw usageError(
      'no-common-metric',
      `there is no metric to compare: BASE measured ${listed(scenariosOf(before))}, NEW measured ${listed(scenariosOf(after))}`,
      { hint: 'run both with the same scenarios, or choose other metrics with --metric' },
    );
  }
  return {
    items,
    notes:
      added.length === 0
        ? []
        : [
            {
              text: `${listed(added.map(({ metric }) => metric.id))}: not compared, since BASE did not measure it`,
            },
          ],
  };
}

/** Shorter than all the metrics of a record, and enough to see why two have none in common. */
function scenariosOf(metrics: readonly SelectedMetric[]): string[] {
  return [...new Set(metrics.map(({ scenario }) => scenario))];
}

const SHOWN = 8;

function listed(words: readonly string[]): string {
  const shown = words.slice(0, SHOWN).map((word) => plainLine(word, 80));
  const more = words.length > SHOWN ? ` and ${words.length - SHOWN} more` : '';
  return shown.length === 0 ? 'nothing' : `${shown.join(', ')}${more}`;
}
