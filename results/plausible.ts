import { usageError } from '../core/error.ts';
import { plainLine } from '../core/text.ts';
import { isLeading, type Metric, type RunRecord, type Sample } from './record.ts';

/** What is left of 0 when sums of fractions are subtracted. */
const LEAST = -1e-9;

/**
 * Refuses values that no measurement gives: a headline or rung that is no number, and a time or a count below 0.
 * (Differences in bytes may well be negative.) Who edited a record by hand should not get a verdict from it.
 * Throws the usage error `impossible-value`.
 */
export function assertPlausible(record: RunRecord): void {
  const declared = record.scenarios.flatMap(({ metrics }) => metrics);
  const checked = new Map(declared.filter(isLeading).map((metric) => [metric.id, metric]));
  for (const [index, sample] of record.samples.entries())
    assertPlausibleSample(record, index, sample, checked);
}

function assertPlausibleSample(
  record: RunRecord,
  index: number,
  sample: Sample,
  checked: ReadonlyMap<string, Metric>,
): void {
  for (const { metric, unit, value } of sample.values) {
    if (!checked.has(metric) || (Number.isFinite(value) && (value >= LEAST || unit === 'bytes'))) continue;
    const where = `samples[${index}] (${sample.scenario} of ${sample.runtime}, ${sample.phase} round ${sample.round})`;
    throw usageError(
      'impossible-value',
      plainLine(`record ${record.id}: ${metric} is ${value} ${unit} in ${where}, which no measurement gives`),
      { hint: 'measure again; a record that was edited by hand proves nothing' },
    );
  }
}
