import type { RunRecord, Sample } from '../../results/record.ts';

export function samplesOf(record: RunRecord, scenario: string): Sample[] {
  return record.samples.filter((sample) => sample.scenario === scenario);
}

export function valueIn({ values }: Sample, metric: string): number | undefined {
  return values.find((value) => value.metric === metric)?.value;
}

export function valueOf(sample: Sample, metric: string): number {
  const value = valueIn(sample, metric);
  if (value === undefined) throw new Error(`${sample.runtime} has no ${metric}`);
  return value;
}

/** What the parts of a sample's memory add up to, `memory.unexplained` among them; bytes. */
export function sumOfParts(record: RunRecord, sample: Sample): number {
  return record.scenarios
    .flatMap(({ metrics }) => metrics)
    .filter(({ role }) => role === 'part')
    .reduce((sum, { id }) => sum + (valueIn(sample, id) ?? 0), 0);
}
