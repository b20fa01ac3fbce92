import { plainLine } from '../../core/text.ts';
import { formatMs } from '../../core/units.ts';
import { formatCount, formatFactor, formatList } from '../../core/words.ts';
import { burstFigures } from '../../results/fleet/figures.ts';
import type { Burst } from '../../results/fleet/storm.ts';
import { nsToMs } from '../../core/clock.ts';
import { untilAborted } from '../runtimes/ready.ts';
import { openAllowance } from './allowance.ts';
import type { Fleet, Loss } from './fleet.ts';
import type { StormReading } from '../contract/fleet-readings.ts';
import { fleetFor, type Survey, type SurveyContext } from './survey.ts';

/** Between two bursts, for what the host does behind the back of those who stop: freeing pages, groups and mounts. */
const REST_MS = 2000;

/** Ever more instances at once: each burst is a fleet of its own, and ends before the next begins. */
export const stormSurvey: Survey<StormReading> = {
  async take(context, grown) {
    const reading: StormReading = { bursts: [] };
    const { bursts } = context.plan;
    for (const [index, parallel] of bursts.entries()) {
      const reason = whyNotAfter(reading.bursts.at(-1)) ?? (await burst(context, parallel, reading));
      if (reason !== undefined) {
        reading.leftOut = { bursts: bursts.slice(index), reason };
        context.note(`${formatList(reading.leftOut.bursts.map(String))} at once left out: ${reason}`);
        break;
      }
      await grown(reading);
    }
    return reading;
  },
};

function whyNotAfter(last: Burst | undefined): string | undefined {
  return last?.readyMs.length === 0 ? `none of ${last.parallel} got ready` : undefined;
}

/**
 * One burst, from nothing to nothing, or why this host does not allow so many. Throws where the run was interrupted.
 */
async function burst(
  context: SurveyContext,
  parallel: number,
  reading: StormReading,
): Promise<string | undefined> {
  const { signal } = context.host;
  const fleet = fleetFor(context, `p${parallel}`);
  const plan = { ...context.plan, instances: [parallel] };
  const allowance = await openAllowance({ ...context, plan }, fleet);
  try {
    const { stop } = await allowance.reach(parallel);
    if (stop !== undefined) return stop.message;
    context.status(`starting ${parallel} at once`);
    await fleet.grow(parallel, parallel);
    const taken = burstOf(fleet, parallel, (loss) => allowance.lossText(loss));
    reading.bursts.push(taken);
    context.note(burstText(taken));
    const clock = fleet.members()[0]?.instance.clock;
    context.status(`stopping ${formatCount(parallel, 'instance')}`);
    await fleet.stop();
    await untilAborted(clock?.sleep(REST_MS) ?? Promise.resolve(), signal);
    return undefined;
  } finally {
    await fleet.kill();
    await allowance.release();
  }
}

/** What became of it, as soon as each is ready or lost. One that ended again before the last was ready has failed. */
function burstOf(fleet: Fleet, parallel: number, lossText: (loss: Loss) => string): Burst {
  const members = fleet.members();
  const failed = fleet.lost.map(lossText);
  const { firstT0Ns } = fleet;
  if (members.length === 0 || firstT0Ns === undefined) {
    const lastMs = Math.max(0, ...fleet.lost.map(({ atMs }) => atMs));
    return { parallel, readyMs: [], allReadyMs: lastMs, bootsPerS: 0, failed };
  }
  const sinceFirstMs = (timesNs: readonly bigint[]): number =>
    Math.max(...timesNs.map((timeNs) => nsToMs(timeNs - firstT0Ns)));
  const allReadyMs = sinceFirstMs(members.map(({ ready }) => ready.arrivedNs));
  return {
    parallel,
    readyMs: members.map(({ readyMs }) => readyMs),
    allReadyMs,
    bootsPerS: (members.length / allReadyMs) * 1000,
    failed,
    startedWithinMs: sinceFirstMs(members.map(({ instance }) => instance.t0Ns)),
  };
}

/** `8 at once: all ready after 3.10 s, 2.58 boots/s, slowest 3.00 s` */
function burstText(burst: Burst): string {
  const { parallel, readyMs, allReadyMs, bootsPerS, failed } = burst;
  const why = failed.length === 0 ? '' : `; ${failed.length} failed: ${plainLine(failed[0] ?? '', 160)}`;
  const { slowestMs } = burstFigures(burst);
  if (slowestMs === undefined) return `${parallel} at once: none got ready${why}`;
  const ready = readyMs.length === parallel ? 'all' : String(readyMs.length);
  return (
    `${parallel} at once: ${ready} ready after ${formatMs(allReadyMs)}, ${formatFactor(bootsPerS)} boots/s, ` +
    `slowest ${formatMs(slowestMs)}${why}`
  );
}
