import { plainLine } from '../../core/text.ts';
import { formatBytes, formatShare } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { markedFigure } from '../marks.ts';
import type { Metric, Sample, ScenarioDescription } from '../record.ts';
import type { Context } from './context.ts';
import { measuredBoots, middleBoot } from './middle-boot.ts';
import { shortName, marksOver, runtimesOf, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, type Table } from './table.ts';

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
  /** Ids of its parts that drift over the boots that it was chosen from. */
  drifting: ReadonlySet<string>;
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
          drifting: new Set(
            parts
              .map(({ id }) => id)
              .filter((id) => context.find(scenario.id, id, fall.runtime.id)?.drift !== undefined),
          ),
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
): (Omit<Fall, 'partBytes' | 'drifting'> & { bytes: Map<string, number> }) | undefined {
  const weighed = measuredBoots(record, scenario.id, runtime.id).flatMap(
    (sample) => weigh(sample, scenario, declared) ?? [],
  );
  const middle = middleBoot(weighed, ({ totalBytes }) => totalBytes);
  return middle === undefined ? undefined : { runtime, n: weighed.length, ...middle };
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

/** The totals: a row for each runtime. */
export function totalsTable({ falls }: Waterfall): Table {
  return {
    caption: 'Total memory of one instance',
    ...marksOver(runtimesOf(falls)),
    columns: [column('Runtime'), numeric('Total'), numeric('n')],
    rows: falls.map(({ runtime, totalBytes, n }) => [
      cell(shortName(runtime)),
      cell(formatBytes(totalBytes)),
      cell(String(n)),
    ]),
  };
}

/** The parts of each total, the runtimes beside each other. */
export function waterfallTable({ parts, falls }: Waterfall): Table {
  const share = (fall: Fall, bytes: number): string =>
    fall.totalBytes === 0 ? '' : ` (${formatShare(bytes / fall.totalBytes)})`;
  return {
    caption: 'Memory by part, and shares of the total',
    ...marksOver(
      runtimesOf(falls),
      'none',
      falls.some(({ drifting }) => drifting.size > 0),
    ),
    columns: [column('Part'), ...falls.map(({ runtime }) => numeric(shortName(runtime)))],
    rows: [
      ...parts.map(({ id, title }, part) => [
        cell(title),
        ...falls.map((fall) => {
          const bytes = fall.partBytes[part];
          if (bytes === undefined) return cell(NOTHING);
          return cell(markedFigure(`${formatBytes(bytes)}${share(fall, bytes)}`, fall.drifting.has(id)));
        }),
      ]),
      [cell('Total'), ...falls.map(({ totalBytes }) => cell(formatBytes(totalBytes)))],
    ],
  };
}
