import { plainLine } from '../../core/text.ts';
import { billOf, type Bill } from '../fleet/bill.ts';
import type { Density } from '../fleet/density.ts';
import type { MinimumMemory } from '../fleet/minimum-memory.ts';
import { fleetScenariosOf, fleetsOf, type FleetSeries } from '../fleet/series.ts';
import type { Storm } from '../fleet/storm.ts';
import { variantsOf, withoutVariants, type Variants } from '../fleet/variants.ts';
import type { Context } from './context.ts';
import { markOf, runtimesOf, type RuntimeView, type Times } from './runtimes.ts';

/** What one runtime's instances showed together. */
export interface FleetView<Details> {
  runtime: RuntimeView;
  details: Details;
  /** How many series of the run it was chosen from: the one in the middle stands for all. */
  of: number;
}

/** Variants of one technology beside its plain form: what sharing between instances saves. */
export interface Sharing {
  technology: string;
  plain: FleetView<Density>;
  variants: FleetView<Density>[];
}

/** What a run measured of many instances at once; empty lists where it did not. */
export interface FleetFindings {
  /** The scenarios that are shown here and not as medians of boots. */
  scenarios: ReadonlySet<string>;
  density: FleetView<Density>[];
  /** Those of `density` that are no variant of another. */
  plain: FleetView<Density>[];
  storm: FleetView<Storm>[];
  minimumMemory: FleetView<MinimumMemory>[];
  /** What the services cost that every instance runs again; of plain forms alone, whose variants run the same. */
  bill?: { bill: Bill; runtimes: RuntimeView[]; mark?: string };
  sharing: Sharing[];
}

export function fleetOf({ record, runtimes }: Pick<Context, 'record' | 'runtimes'>): FleetFindings {
  const found = fleetsOf(record);
  const density = viewed(found.density, runtimes);
  const described = density.map((series) => ({ runtime: series.runtime.description, series }));
  const plain = withoutVariants(described).map(({ series }) => series);
  const bill = billOf(
    plain.map(({ runtime: { id, name, kind }, details }) => ({ id, name, kind, density: details })),
  );
  const billed = plain.map(({ runtime }) => runtime);
  const mark = markOf(billed);
  return {
    scenarios: fleetScenariosOf(found),
    density,
    plain,
    storm: viewed(found.storm, runtimes),
    minimumMemory: viewed(found.minimumMemory, runtimes),
    ...(bill === undefined
      ? {}
      : { bill: { bill, runtimes: billed, ...(mark === undefined ? {} : { mark }) } }),
    sharing: variantsOf(described).map(sharingOf),
  };
}

function sharingOf({ technology, plain, variants }: Variants<{ series: FleetView<Density> }>): Sharing {
  return {
    technology: plainLine(technology, 40),
    plain: plain.series,
    variants: variants.map(({ series }) => series),
  };
}

function viewed<Details>(
  series: readonly FleetSeries<Details>[],
  runtimes: readonly RuntimeView[],
): FleetView<Details>[] {
  return series.flatMap(({ runtime: { id }, ...rest }) => {
    const runtime = runtimes.find((view) => view.id === id);
    return runtime === undefined ? [] : [{ runtime, ...rest }];
  });
}

/** What is said of a series that stands for several. */
export const ofNote = (of: number): string | undefined =>
  of === 1 ? undefined : `the median of ${of} series`;

/** `{ mark }` of the runtimes of these series, where there is one: for a figure or an answer. */
export function markedBy(
  series: readonly { runtime: RuntimeView }[],
  times: Times = 'none',
): { mark?: string } {
  const mark = markOf(runtimesOf(series), times);
  return mark === undefined ? {} : { mark };
}
