import { howToRaise, type LimitFinding, type LimitNeeds } from './forecast.ts';
import type { Errno, HostLimit } from './limit.ts';
import { hostLimits, type LimitReadings } from './registry.ts';

/** An instance that failed has given back what it had, and more is open while a system boots than when it is idle. */
const INSTANCES_OF_MARGIN = 2;

/**
 * The limit that an instance failed at: one that is used up but for less than two instances' worth, and whose errno the
 * words of the failure name. `undefined` where no such limit is near its end, whatever the words say.
 *
 * @param text the console's last lines or an error's message; untrusted
 */
export function explainFailure(
  text: string,
  readings: LimitReadings,
  needs: LimitNeeds,
): LimitFinding | undefined {
  const named = (Object.keys(errnoPatterns) as Errno[]).filter((errno) => errnoPatterns[errno].test(text));
  const suspects = hostLimits.flatMap((limit) => {
    if (!limit.errnos.some((errno) => named.includes(errno))) return [];
    const finding = usedUp(limit, readings, needs);
    return finding === undefined ? [] : [finding];
  });
  return suspects.sort((a, b) => left(a) - left(b))[0];
}

/** strerror(3) in the C locale, and the errno's own name, as twinboot's errors have it. */
const errnoPatterns: Readonly<Record<Errno, RegExp>> = {
  EAGAIN: /\bEAGAIN\b|resource temporarily unavailable/i,
  EDQUOT: /\bEDQUOT\b|disk quota exceeded/i,
  EMFILE: /\bEMFILE\b|too many open files(?! in system)/i,
  ENFILE: /\bENFILE\b|too many open files in system/i,
  ENOSPC: /\bENOSPC\b|no space left on device/i,
};

function usedUp(limit: HostLimit, readings: LimitReadings, needs: LimitNeeds): LimitFinding | undefined {
  const now = readings.get(limit.id);
  const perInstance = needs.get(limit.id) ?? 0;
  if (now?.used === undefined || perInstance === 0) return undefined;
  if (now.limit - now.used >= INSTANCES_OF_MARGIN * perInstance) return undefined;
  const need = Math.ceil(now.used + INSTANCES_OF_MARGIN * perInstance);
  return {
    ...now,
    id: limit.id,
    title: limit.title,
    perInstance,
    need,
    fits: 0,
    message: `this host’s ${limit.noun} are used up: ${now.used} of ${now.limit} (${limit.where})`,
    hint: howToRaise(limit, need),
  };
}

/** How many more instances fit. */
function left({ limit, used, perInstance }: LimitFinding): number {
  return (limit - (used ?? 0)) / perInstance;
}
