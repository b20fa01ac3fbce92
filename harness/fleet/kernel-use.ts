import { join } from 'node:path';
import { hostError, withHint } from '../../core/error.ts';
import type { KernelUse, KernelUseReading } from '../contract/fleet-readings.ts';
import { countCalls, countFunctions, NO_KERNEL_COUNTS, type KernelUseCounter } from '../meters/kernel-use.ts';
import type { Cgroup } from '../process/cgroup.ts';
import { asTwinbootError, interrupted, untilAborted, untilReady } from '../runtimes/ready.ts';
import type { Instance } from '../runtimes/runtime.ts';
import type { Survey, SurveyContext } from './survey.ts';

/** What a settled instance does of itself: timers of the distribution come at most a few seconds apart. */
const IDLE_MS = 10_000;

/**
 * One boot for each part of the kernel that is counted, since counting functions slows the boot and would be seen in
 * the calls: from t0 to `ready`, and while nothing is asked of the instance.
 */
export const kernelUseSurvey: Survey<KernelUseReading> = {
  async take(context, grown) {
    const reading: KernelUseReading = { idleMs: IDLE_MS, missing: {} };
    const attempt = async <Used extends { size: number }>(
      part: 'calls' | 'functions',
      count: Count<Used>,
      keep: (use: KernelUse<Used>) => void,
    ): Promise<void> => {
      context.status(`counting ${part}`);
      try {
        const use = await countBoot(context, part, count);
        context.note(`${use.boot.size} ${part} used while booting, ${use.idle.size} while idle`);
        keep(use);
      } catch (error) {
        if (context.host.signal.aborted) throw interrupted();
        reading.missing[part] = withHint(asTwinbootError(error));
        context.note(reading.missing[part]);
      }
      await grown(reading);
    };
    await attempt('calls', countCalls, (use) => (reading.calls = use));
    await attempt('functions', countFunctions, (use) => (reading.functions = use));
    return reading;
  },
};

type Count<Used> = (group: Cgroup) => Promise<KernelUseCounter<Used>>;

async function countBoot<Used>(
  context: SurveyContext,
  part: string,
  count: Count<Used>,
): Promise<KernelUse<Used>> {
  const { host, runtime, surveyId, consoleFolder, readyDeadlineMs, shutdownDeadlineMs } = context;
  const bootId = `${surveyId}-${part}`;
  const consoleLog = join(consoleFolder, `${bootId}-${runtime.description.runtime}.log`);
  let counter: KernelUseCounter<Used> | undefined;
  let instance: Instance | undefined;
  const beforeStart = async (group: Cgroup): Promise<void> => {
    counter = await count(group);
  };
  try {
    instance = await runtime.start({ bootId, consoleLog, beforeStart });
    if (counter === undefined) throw hostError(NO_KERNEL_COUNTS, 'this runtime has no control group');
    await untilReady(instance, readyDeadlineMs, host.signal);
    const boot = await counter.read();
    await untilAborted(instance.clock.sleep(IDLE_MS), host.signal);
    const idle = await counter.read();
    // What was counted is kept, however the instance ends.
    await instance
      .stop(shutdownDeadlineMs)
      .catch((error: unknown) => context.note(asTwinbootError(error).message));
    return { boot, idle };
  } finally {
    await counter?.end();
    await instance?.kill();
  }
}
