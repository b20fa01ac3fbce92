import { straightnessOf, STRAIGHT_SHARE } from '../results/capacity/straightness.ts';
import type { Density } from '../results/fleet/density.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';
import { runDensity } from './density-run.ts';
import { bootsPerS, growthExponent, growthOf } from './fleet-growth.ts';
import { hostTraces, leftBehind } from './host-traces.ts';

const SPECS = ['nspawn', 'namespaces'];
const STEPS = [1, 50, 100, 200, 500];
const PARALLEL = 4;

/** The step that has a bound of its own. */
const BOUND_LIVE = 200;
const BOUND_READ_MS = 10_000;
/**
 * Of the time to read a fleet by its size. Half as slow again at one end of a range of twenty moves the exponent by
 * 0.13, a tenth by 0.03: so much is the host's noise. What sorts or searches its way through a fleet has 1.2 from 50 to
 * 1,000, what compares each with each has 2.
 */
const BOUND_EXPONENT = 1.1;
/** Below, what does not grow at all hides what does. */
const EXPONENT_FROM = 50;
/** 300 MB, decimal. */
const BOUND_BYTES = 300e6;

export const largeFleet: Benchmark = {
  id: 'large-fleet',
  question:
    'How many containers live at once, and does what twinboot does with them grow faster than they do?',
  onlyByName: true,
  async measure(context) {
    await context.ground();
    const figures: Figure[] = [];
    for (const spec of SPECS) figures.push(...(await climb(context, spec)));
    return figures;
  },
};

/** The command line is a process of its own, so that its peak memory is the harness's. */
async function climb(context: BenchmarkContext, spec: string): Promise<Figure[]> {
  const { fleet } = context.options;
  const before = hostTraces(context.host);
  const { process, series } = await runDensity(context, `large-fleet-${spec}`, [
    ...['--runtime', spec],
    ...['--instances', stepsTo(fleet).join()],
    ...['--parallel', String(PARALLEL)],
  ]);
  const left = leftBehind(before, hostTraces(context.host));
  for (const trace of left) context.note(`  left behind: ${trace}`);
  return [...series.values()].flatMap((density) =>
    figuresOf(spec, fleet, density, { peakBytes: process.peakBytes, left: left.length }),
  );
}

export function stepsTo(fleet: number): number[] {
  return [...STEPS.filter((step) => step < fleet), fleet];
}

/** What one more of all costs, and whether that is what one more of a few does: plans draw this line on. */
function lineOf(spec: string, { steps, fits: { total } }: Density): Figure[] {
  if (total === undefined) return [];
  const { slope, intercept, interval } = total;
  const straightness = straightnessOf(
    steps.map(({ live, totalBytes }) => ({ x: live, y: totalBytes })),
    { each: slope, fixed: intercept },
  );
  return [
    {
      title: `${spec}: one more, slope of the charge`,
      unit: 'bytes',
      value: slope,
      ...(interval === undefined ? {} : { interval }),
      n: steps.length,
    },
    ...(straightness === undefined
      ? []
      : [
          {
            title: `${spec}: the most that a step lies off that line, of what all cost`,
            unit: 'ratio' as const,
            value: straightness.offShare,
            n: steps.length,
            bound: STRAIGHT_SHARE,
            remark: `straight up to ${straightness.upTo ?? 0}`,
          },
        ]),
  ];
}

function figuresOf(
  spec: string,
  fleet: number,
  density: Density,
  { peakBytes, left }: { peakBytes: number; left: number },
): Figure[] {
  const { steps, stop, lost, stoppedInMs, killed = NaN } = density;
  const growth = growthOf(steps);
  const last = steps.at(-1);
  const live = last?.live ?? 0;
  const exponent = growthExponent(
    steps
      .filter((step) => step.live >= EXPONENT_FROM)
      .map((step) => ({ x: step.live, y: step.measuredInMs })),
  );
  const end = stop.reason === 'planned' ? {} : { remark: stop.message };
  return [
    { title: `${spec}: live at once`, unit: 'count', value: live, n: 1, floor: fleet, ...end },
    { title: `${spec}: lost`, unit: 'count', value: lost.length, n: 1, bound: 0 },
    { title: `${spec}: did not power off`, unit: 'count', value: killed, n: 1, bound: 0 },
    { title: `${spec}: left on the host`, unit: 'count', value: left, n: 1, bound: 0 },
    {
      title: `${spec}: peak RSS of the harness with ${live}, report included`,
      unit: 'bytes',
      value: peakBytes,
      n: 1,
      bound: BOUND_BYTES,
      remark: 'the bound is 300 MB',
    },
    ...lineOf(spec, density),
    ...(exponent === undefined
      ? []
      : [
          {
            title: `${spec}: exponent of the time to read a fleet by its size`,
            unit: 'ratio' as const,
            value: exponent,
            n: steps.filter((step) => step.live >= EXPONENT_FROM).length,
            bound: BOUND_EXPONENT,
          },
        ]),
    ...steps.map((step) => ({
      title: `${spec}: reading ${step.live}`,
      unit: 'ms' as const,
      value: step.measuredInMs,
      n: 1,
      ...(step.live === BOUND_LIVE ? { bound: BOUND_READ_MS } : {}),
    })),
    {
      title: `  ${spec}: settling of ${live}, before an idle window of 5 s`,
      unit: 'ms',
      value: last?.settledAfterMs ?? NaN,
      n: 1,
    },
    {
      title: `  ${spec}: from the first t0 to ${live} ready, without settling and reading`,
      unit: 'ms',
      value: growth.reduce((sum, { grownInMs }) => sum + grownInMs, 0),
      n: 1,
    },
    { title: `  ${spec}: boots, ${PARALLEL} at a time`, unit: 'count/s', value: bootsPerS(growth), n: live },
    ...growth.map((step) => ({
      title: `  ${spec}: boots on the way to ${step.live}`,
      unit: 'count/s' as const,
      value: bootsPerS([step]),
      n: step.added,
    })),
    { title: `  ${spec}: stopping ${live}`, unit: 'ms', value: stoppedInMs ?? NaN, n: 1 },
  ];
}
