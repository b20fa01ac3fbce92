import { plainLine } from '../../core/text.ts';
import { formatBytes } from '../../core/units.ts';
import type { Density } from '../fleet/density.ts';
import { ceilingsOf, type CostLines } from './cost-lines.ts';
import type { Estimate, LimitNeed, RuntimePlan } from './capacity-plan.ts';
import { allSteps, linesThrough, type Measured } from './measured.ts';
import { notesOn } from './notes.ts';
import type { CompleteQuestion } from './question.ts';

/** What a runtime takes on hosts of the kind asked for, or why that cannot be told. */
export function planRuntime(measured: Measured, question: CompleteQuestion): RuntimePlan {
  const { runtime, series, idleMsPerS, idleMarks, failure } = measured;
  const { id, kind, emulated } = runtime;
  const facts = { runtime: plainLine(id, 80), kind, emulated, limits: [], notes: [] };
  if (series.length === 0) {
    const why = failure === undefined ? '' : `: ${plainLine(failure)}`;
    return { ...facts, reason: `density was not measured${why}` };
  }
  const steps = allSteps(series);
  const extent = {
    series: series.length,
    steps: steps.length,
    mostLive: steps.reduce((most, { live }) => Math.max(most, live), 0),
  };
  const lines = linesThrough(series, question.basis);
  if (lines === undefined) {
    return { ...facts, measured: extent, reason: 'one step does not tell what one more instance costs' };
  }
  const known = { ...facts, measured: extent, each: costOfEach(lines), fixedBytes: lines.middle.fixed };
  if (lines.middle.each <= 0) return { ...known, reason: noCostText(lines) };
  const ceilings = ceilingsOf(lines, idleMsPerS, question);
  const { value } = ceilings.instances;
  const plan: RuntimePlan = {
    ...known,
    ...ceilings,
    ...(ceilings.byCpu === undefined ? {} : idleMarks),
    ...hostsFor(question.instances, ceilings.instances),
    ...(value > extent.mostLive ? { extrapolated: value / extent.mostLive } : {}),
    limits: needsOf(series.at(-1), Math.min(value, question.instances ?? Infinity)),
  };
  return { ...plan, notes: notesOn(plan, series, question) };
}

function costOfEach({ middle, ends }: CostLines): Estimate {
  if (ends === undefined) return { value: middle.each };
  return { value: middle.each, interval: { low: ends.cheap.each, high: ends.dear.each } };
}

function noCostText({ middle: { each } }: CostLines): string {
  return `by what was measured one more instance costs ${formatBytes(each)}: noise hides its cost, and more steps, or more instances, would tell it`;
}

/** Nothing where no number of instances is wanted, or where a host holds none. */
function hostsFor(wanted: number | undefined, { value, interval }: Estimate): Pick<RuntimePlan, 'hosts'> {
  if (wanted === undefined || value === 0) return {};
  const hosts = (perHost: number): number => Math.ceil(wanted / perHost);
  if (interval === undefined) return { hosts: { value: hosts(value) } };
  const low = interval.high === undefined ? 1 : hosts(interval.high);
  return {
    hosts: {
      value: hosts(value),
      interval: interval.low === 0 ? { low } : { low, high: hosts(interval.low) },
    },
  };
}

/** A limit of the process that measured: nothing that a host of the plan has. */
const OWN_LIMIT = 'own-open-files';

/** The limits that so many instances on one host go beyond. */
function needsOf(series: Density | undefined, instances: number): LimitNeed[] {
  return (series?.limits ?? []).flatMap(({ id, title, where, limit, perInstance = 0 }) => {
    const needed = Math.ceil(perInstance * instances);
    if (needed <= limit || id === OWN_LIMIT) return [];
    return [
      {
        id: plainLine(id, 80),
        title: plainLine(title, 80),
        ...(where === undefined ? {} : { where: plainLine(where, 80) }),
        needed,
        limit,
      },
    ];
  });
}
