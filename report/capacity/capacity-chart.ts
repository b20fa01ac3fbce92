import { formatBytes, formatWhole } from '../../core/units.ts';
import { formatCount } from '../../core/words.ts';
import { markedSubject } from '../../results/marks.ts';
import type { Estimate, CapacityPlan } from '../../results/capacity/capacity-plan.ts';
import { estimateText, LESS_CACHE, workloadHeading } from '../../results/capacity/capacity-text.ts';
import { niceAbove, niceBelow } from '../charts/axes.ts';
import { captionMark, withMark } from '../charts/labels.ts';
import type { Figure, Json, Panel } from '../charts/spec.ts';
import { hostSizesTable } from '../../results/tables/capacity.ts';

/** The figure's id, and the name of its pictures. */
export const CAPACITY_CHART = 'plan-instances-per-host';

const HEIGHT = 380;

/** A runtime over all host sizes; `undefined` where it has no plan. */
interface Curve {
  name: string;
  kind: CapacityPlan['runtimes'][number]['kind'];
  estimates: (Estimate | undefined)[];
}

/**
 * Instances per host over the host's memory, a line and its band for each runtime. Both axes are logarithmic (the
 * memory by doubling), so that a factor between runtimes is the same distance anywhere. `undefined` where nothing has a
 * plan.
 */
export function capacityChart(plan: CapacityPlan, sizes: readonly CapacityPlan[]): Figure | undefined {
  const curves = curvesOf(sizes);
  if (curves.length === 0) return undefined;
  const drawn = plan.runtimes.filter(({ instances }) => instances !== undefined);
  const mark = captionMark(drawn);
  return {
    id: CAPACITY_CHART,
    scenario: 'density',
    title: 'Instances per host',
    caption: captionOf(plan),
    ...withMark(mark),
    layout: 'rows',
    panels: [panel(plan, sizes, curves)],
    table: { ...hostSizesTable(sizes, curves), ...withMark(mark) },
  };
}

function captionOf({ runtimes, question }: CapacityPlan): string {
  const mostLive = Math.max(0, ...runtimes.map(({ measured }) => measured?.mostLive ?? 0));
  return (
    `By the memory of the host, for ${workloadHeading(question.workloadMemoryBytes)}; ` +
    'both axes are logarithmic. Band: what the 95 % interval of the cost of one more ' +
    `instance leaves open. Dashed: the host that was asked about. No more than ${formatCount(mostLive, 'instance')} ` +
    'were measured at once; what lies above is extrapolated.'
  );
}

/** An emulated VM has a second one, less its translation cache. */
function curvesOf(sizes: readonly CapacityPlan[]): Curve[] {
  return (sizes[0]?.runtimes ?? []).flatMap(({ runtime, kind, emulated }) => {
    const name = markedSubject(runtime, { emulated });
    const found = sizes.map(({ runtimes }) => runtimes.find((other) => other.runtime === runtime));
    const curves: Curve[] = [
      { name, kind, estimates: found.map((plan) => plan?.instances) },
      {
        name: `${name} ${LESS_CACHE}`,
        kind,
        estimates: found.map((plan) => plan?.withoutTranslationCache?.instances),
      },
    ];
    return curves.filter(({ estimates }) => estimates.some((estimate) => (estimate?.value ?? 0) > 0));
  });
}

function panel(plan: CapacityPlan, sizes: readonly CapacityPlan[], curves: readonly Curve[]): Panel {
  const numbers = curves.flatMap(({ estimates }) => estimates.flatMap((one) => (one ? numbersOf(one) : [])));
  const [min, max] = [niceBelow(Math.min(...numbers)), niceAbove(Math.max(...numbers))];
  const asked = sizes.findIndex(({ question }) => question.hostMemoryBytes === plan.question.hostMemoryBytes);
  const mark = { at: asked, text: formatBytes(plan.question.hostMemoryBytes), color: '@ink2' };
  return {
    id: 'all',
    alt: `Instances per host over its memory: ${curves.map(({ name }) => name).join(', ')}`,
    type: 'line',
    height: HEIGHT,
    narrowHeight: HEIGHT,
    data: {
      labels: sizes.map(({ question }) => formatBytes(question.hostMemoryBytes)),
      datasets: curves.map((curve, index) =>
        dataset(curve, colorOf(curve, curves), max, index === 0 ? [mark] : []),
      ),
    },
    options: {
      layout: { padding: { top: 30, right: 8 } },
      interaction: { mode: 'nearest', axis: 'x', intersect: false },
      plugins: { legend: { position: 'bottom' } },
      scales: {
        x: { type: 'category', grid: { display: false }, title: { text: 'memory of the host' } },
        y: {
          type: 'logarithmic',
          min,
          max: Math.max(max, min * 10),
          ticks: { format: 'count' },
          title: { text: 'instances per host' },
        },
      },
    },
    plugins: ['history'],
  };
}

/** All that has a place on a logarithmic axis. */
function numbersOf({ value, interval }: Estimate): number[] {
  return [value, interval?.low, interval?.high].filter(
    (number): number is number => number !== undefined && number > 0,
  );
}

const colors: Record<Curve['kind'], readonly string[]> = {
  container: ['@container0', '@container1', '@container2'],
  vm: ['@vm0', '@vm1', '@vm2'],
};

/** The next one of its kind. */
function colorOf(curve: Curve, curves: readonly Curve[]): string {
  const palette = colors[curve.kind];
  const alike = curves.filter(({ kind }) => kind === curve.kind);
  return palette[alike.indexOf(curve) % palette.length] ?? '@ink';
}

function dataset(
  { name, kind, estimates }: Curve,
  color: string,
  top: number,
  marks: { at: number; text: string; color: string }[],
): Json {
  const each = <T extends Json>(of: (estimate: Estimate) => T): (T | null)[] =>
    estimates.map((estimate) => (estimate === undefined || estimate.value === 0 ? null : of(estimate)));
  return {
    label: name,
    data: each(({ value }) => value),
    low: each(({ value, interval }) => Math.max(1, interval?.low ?? value)),
    // What nothing bounds reaches up to the edge.
    high: each(({ value, interval }) => (interval === undefined ? value : (interval.high ?? top))),
    texts: each((estimate) => estimateText(estimate, formatWhole)),
    fits: [],
    marks,
    borderColor: color,
    backgroundColor: color,
    borderWidth: 1.5,
    pointRadius: 3,
    pointHoverRadius: 5,
    pointStyle: kind === 'vm' ? 'rectRot' : 'circle',
  };
}
