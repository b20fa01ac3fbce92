import { usageError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import type { RuntimeDescription } from '../record.ts';
import type { PooledSide } from './pool.ts';
import { declaredMetrics, metricKey, selectMetrics, type SelectedMetric } from './select.ts';

/** What is compared, and a note on each thing that is not. */
export interface Common<T> {
  items: T[];
  notes: string[];
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
        return plainLine(`${id}: not compared, since it was emulated (TCG) in ${side} only`);
      }),
      ...added.map(({ id }) => plainLine(`${id}: not compared, since BASE did not run it`)),
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
        : [`${listed(added.map(({ metric }) => metric.id))}: not compared, since BASE did not measure it`],
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
