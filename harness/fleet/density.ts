import { runError, TwinbootError } from '../../core/error.ts';
import { formatBytes, formatMs } from '../../core/units.ts';
import { formatCount } from '../../core/words.ts';
import type { Stop } from '../../results/fleet/density.ts';
import type { FleetPlan } from '../../results/record.ts';
import { readAvailableBytes } from '../observe/observe.ts';
import { untilAborted } from '../runtimes/ready.ts';
import { openAllowance, type Allowance } from './allowance.ts';
import type { Fleet } from './fleet.ts';
import { letKsmRun } from './ksm-switch.ts';
import type { DensityReading, StepReading } from '../contract/fleet-readings.ts';
import { settleHost } from './settle-fleet.ts';
import { readStep } from './step.ts';
import { fleetFor, type Survey, type SurveyContext } from './survey.ts';

/** Instances are started and kept alive step by step; at each step the whole fleet settles and is read. */
export const densitySurvey: Survey<DensityReading> = {
  async take(context, grown) {
    const reading: DensityReading = {
      availableBeforeBytes: await readAvailableBytes(),
      steps: [],
      stop: { reason: 'interrupted', message: 'the series was cut short' },
      lost: [],
      limits: [],
      stopped: undefined,
    };
    const fleet = fleetFor(context);
    const allowance = await openAllowance(context, fleet);
    const ksm =
      context.runtime.ksm === true && context.plan.runKsm ? await letKsmRun(context.host) : undefined;
    try {
      reading.stop = await climb(context, { fleet, allowance, reading, grown });
      if (reading.stop.reason !== 'planned') context.note(`ends here: ${reading.stop.message}`);
      context.status(`stopping ${formatCount(fleet.members().length, 'instance')}`);
      const clock = fleet.members()[0]?.instance.clock;
      reading.stopped = await fleet.stop();
      const { killed } = reading.stopped;
      if (killed > 0)
        context.note(`✗ ${formatCount(killed, 'instance')} did not power off in time and had to be killed`);
      // The series is complete: an interrupt has nothing to spoil any more.
      if (clock !== undefined)
        await untilAborted(settleHost(clock), context.host.signal).catch(() => undefined);
    } finally {
      await fleet.kill();
      await ksm?.release();
      await allowance.release();
    }
    return reading;
  },
};

interface Series {
  fleet: Fleet;
  allowance: Allowance;
  reading: DensityReading;
  grown: (reading: DensityReading) => Promise<void>;
}

/**
 * Step after step, until all are done or something says stop. Errors: that of the first instance, where none got ready.
 */
async function climb(context: SurveyContext, series: Series): Promise<Stop> {
  for (const planned of targetsOf(context.plan)) {
    const ended = await climbTo(planned, context, series);
    if (ended !== undefined) return ended;
  }
  return { reason: 'planned', message: 'every step was reached' };
}

/** Share of the live instances; a step that adds fewer would tell nothing new. */
const WORTH_ANOTHER_STEP = 0.1;

/**
 * As far as the host allows. A step that was cut short has shown what one more really costs; where that is less than
 * was feared, further steps follow. Why it did not get there, where it did not.
 */
async function climbTo(planned: number, context: SurveyContext, series: Series): Promise<Stop | undefined> {
  const { fleet, allowance, reading } = series;
  for (let attempt = 1; ; attempt += 1) {
    const { target, stop } = await allowance.reach(planned);
    const live = fleet.members().length;
    const missing = target - live;
    const isWorthIt = stop === undefined || attempt === 1 || missing > live * WORTH_ANOTHER_STEP;
    if (missing > 0 && isWorthIt) {
      const ended = await step(context, series, missing);
      if (ended !== undefined) return ended;
    } else if (stop !== undefined) {
      if (reading.steps.length === 0) throw runError('fleet-not-started', stop.message);
      return stop;
    }
    if (stop === undefined) return undefined;
  }
}

/** Starts what is missing and reads the whole fleet; why it is the last step, where it is. */
async function step(
  context: SurveyContext,
  { fleet, allowance, reading, grown }: Series,
  missing: number,
): Promise<Stop | undefined> {
  const { plan, runtime, host } = context;
  context.status(`${fleet.members().length} live, starting ${missing} more`);
  const growth = await fleet.grow(missing, plan.parallel, (live) => allowance.mayStart(live));
  const [first] = fleet.members();
  if (first === undefined) throw firstError(fleet, allowance, growth.stop);
  context.status(`${fleet.members().length} live, measuring`);
  const read = await untilAborted(
    readStep({
      host,
      kind: runtime.description.kind,
      fleet,
      clock: first.instance.clock,
      availableBeforeBytes: reading.availableBeforeBytes,
      readyMs: growth.added.map(({ readyMs }) => readyMs),
      withKsm: runtime.ksm === true,
    }),
    host.signal,
  );
  allowance.learn(read);
  const lost = fleet.lost.slice(reading.lost.length).map((loss) => ({
    instance: loss.number,
    atMs: loss.atMs,
    message: allowance.lossText(loss),
  }));
  reading.lost.push(...lost);
  reading.limits = allowance.limits();
  reading.steps.push(read);
  for (const { instance, message } of lost) context.note(`✗ instance ${instance}: ${message}`);
  context.note(stepText(read, fleet));
  await grown(reading);
  return growth.stop ?? failureStop(plan, growth.added.length, lost.at(-1)?.message);
}

/** A step that adds nothing will not be followed by one that does. */
function failureStop({ until }: FleetPlan, added: number, message: string | undefined): Stop | undefined {
  if (message === undefined) return undefined;
  if (added > 0 && until !== 'failure') return undefined;
  return { reason: 'failure', message };
}

function firstError(fleet: Fleet, allowance: Allowance, stop: Stop | undefined): Error {
  const [loss] = fleet.lost;
  if (loss === undefined) return runError('fleet-not-started', stop?.message ?? 'no instance was started');
  const { error } = loss;
  const message = allowance.lossText(loss);
  return error instanceof TwinbootError
    ? runError(error.code, message, {
        consoleTail: error.consoleTail,
        ...(error.hint === undefined ? {} : { hint: error.hint }),
      })
    : runError('fleet-not-started', message);
}

function stepText({ members, readyMs }: StepReading, fleet: Fleet): string {
  const totalBytes = members.reduce((sum, { cgroup }) => sum + cgroup.totalBytes, 0);
  const last = readyMs.at(-1);
  const parts = [
    `${members.length} live`,
    `${formatBytes(totalBytes)} in all`,
    ...(last === undefined ? [] : [`last ready after ${formatMs(last)}`]),
    ...(fleet.lost.length === 0 ? [] : [`${fleet.lost.length} lost`]),
    `${Math.round(fleet.elapsedMs() / 1000)} s in`,
  ];
  return parts.join(' · ');
}

/** The planned steps; where the plan goes beyond them, each half as large again as the one before. */
export function* targetsOf({ instances, until }: Pick<FleetPlan, 'instances' | 'until'>): Generator<number> {
  yield* instances;
  if (until === 'count') return;
  for (let target = instances.at(-1) ?? 1; ;) {
    target = Math.ceil(target * 1.5);
    yield target;
  }
}
