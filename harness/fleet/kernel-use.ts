import { join } from 'node:path';
import { hostError, withHint } from '../../core/error.ts';
import type { KernelUse, KernelUseReading } from '../contract/fleet-readings.ts';
import {
  countKernelUse,
  NO_KERNEL_COUNTS,
  type KernelPart,
  type KernelUseCounter,
} from '../meters/kernel-use.ts';
import type { Cgroup } from '../process/cgroup.ts';
import { asTwinbootError, interrupted, untilAborted, untilReady } from '../runtimes/ready.ts';
import type { Instance } from '../runtimes/runtime.ts';
import type { Survey, SurveyContext } from './survey.ts';

const parts: readonly KernelPart[] = ['calls', 'functions'];
/** What a settled instance does of itself: timers of the distribution come at most a few seconds apart. */
const IDLE_MS = 10_000;

/**
 * One boot for each part of the kernel that is counted, since counting functions slows the boot and would be seen in the
 * calls: from t0 to `ready`, and while nothing is asked of the instance.
 */
export const kernelUseSurvey: Survey<KernelUseReading> = {
  async take(context, grown) {
    const reading: KernelUseReading = { idleMs: IDLE_MS, missing: {} };
    for (const part of parts) {
      context.status(`counting ${part}`);
      try {
        const use = await countBoot(context, part);
        reading[part] = use;
        context.note(`${use.boot.size} ${part} used while booting, ${use.idle.size} while idle`);
      } catch (error) {
        if (context.host.signal.aborted) throw interrupted();
        reading.missing[part] = withHint(asTwinbootError(error));
        context.note(reading.missing[part]);
      }
      await grown(reading);
    }
    return reading;
  },
};

async function countBoot(context: SurveyContext, part: KernelPart): Promise<KernelUse> {
  const { host, runtime, surveyId, consoleFolder, readyDeadlineMs, shutdownDeadlineMs } = context;
  const bootId = `${surveyId}-${part}`;
  const consoleLog = join(consoleFolder, `${bootId}-${runtime.description.runtime}.log`);
  let counter: KernelUseCounter | undefined;
  let instance: Instance | undefined;
  const beforeStart = async (group: Cgroup): Promise<void> => {
    counter = await countKernelUse(part, group);
  };
  try {
    instance = await runtime.start({ bootId, consoleLog, beforeStart });
    if (counter === undefined) throw hostError(NO_KERNEL_COUNTS, 'this runtime has no control group');
    await untilReady(instance, readyDeadlineMs, host.signal);
    const boot = await counter.read();
    await untilAborted(instance.clock.sleep(IDLE_MS), host.signal);
    const idle = difference(await counter.read(), boot);
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

/** What was used since an earlier reading. */
function difference(
  now: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number>,
): Map<string, number> {
  return new Map(
    [...now]
      .map(([what, count]) => [what, count - (before.get(what) ?? 0)] as const)
      .filter(([, count]) => count > 0),
  );
}
