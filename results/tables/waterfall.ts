import type { Metric, Sample, ScenarioDescription } from '../../results/record.ts';
import { plainLine } from '../../core/text.ts';
import type { Context } from '../../results/tables/context.ts';
import type { RuntimeView } from '../../results/tables/runtimes.ts';

/** How a total is made up of its parts, runtime by runtime. */
export interface Waterfall {
  scenario: string;
  title: string;
  /** The parts that at least one runtime has, in the order of their declaration. */
  parts: { id: string; title: string }[];
  falls: Fall[];
}

/**
 * One boot's parts, which add up to its total. Medians of parts would not add up to the median of totals,
 * so the boot whose total is nearest to the median stands for all.
 */
export interface Fall {
  runtime: RuntimeView;
  /** How many boots it was chosen from. */
  n: number;
  round: number;
  totalBytes: number;
  /** Bytes for each of the waterfall's parts; `undefined` where the runtime has no such part. */
  partBytes: (number | undefined)[];
}

export function waterfallsOf(context: Context): Waterfall[] {
  return context.record.scenarios.flatMap((scenario) => {
    const declared = scenario.metrics.filter((metric) => metric.role === 'part' && metric.unit === 'bytes');
    if (declared.length === 0) return [];
    const typical = context.runtimes.flatMap(
      (runtime) => typicalBoot(context, scenario, declared, runtime) ?? [],
    );
    const parts = declared.filter((part) => typical.some(({ bytes }) => bytes.has(part.id)));
    if (parts.length === 0) return [];
    return [
      {
        scenario: scenario.id,
        title: plainLine(scenario.title, 60),
        parts: parts.map((part) => ({ id: part.id, title: plainLine(part.title, 60) })),
        falls: typical.map(({ bytes, ...fall }) => ({
          ...fall,
          partBytes: parts.map((part) => bytes.get(part.id)),
        })),
      },
    ];
  });
}

function typicalBoot(
  { record }: Context,
  scenario: ScenarioDescription,
  declared: readonly Metric[],
  runtime: RuntimeView,
): (Omit<Fall, 'partBytes'> & { bytes: Map<string, number> }) | undefined {
  const boots = record.samples
    .filter(
      (sample) =>
        sample.scenario === scenario.id &&
        sample.runtime === runtime.id &&
        sample.phase === 'measured' &&
        sample.outcome === 'ok',
    )
    .flatMap((sample) => weigh(sample, scenario, declared) ?? [])
    .sort((a, b) => a.totalBytes - b.totalBytes || a.round - b.round);
  const middle = boots[Math.floor((boots.length - 1) / 2)];
  return middle === undefined ? undefined : { runtime, n: boots.length, ...middle };
}

function weigh(
  sample: Sample,
  scenario: ScenarioDescription,
  declared: readonly Metric[],
): { round: number; totalBytes: number; bytes: Map<string, number> } | undefined {
  const wanted = new Set(declared.map((part) => part.id));
  const bytes = new Map(
    sample.values.filter(({ metric }) => wanted.has(metric)).map(({ metric, value }) => [metric, value]),
  );
  if (bytes.size === 0) return undefined;
  const total = sample.values.find(({ metric }) => metric === `${scenario.id}.total`)?.value;
  const sum = [...bytes.values()].reduce((all, part) => all + part, 0);
  return { round: sample.round, totalBytes: total ?? sum, bytes };
}
