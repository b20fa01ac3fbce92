import { errnoOf, hostError, messageOf, runError, TwinbootError } from '../../core/error.ts';
import { formatMs } from '../../core/units.ts';
import { hostClock, msSince } from '../../core/clock.ts';
import { cacheFolder } from '../../core/cache-folder.ts';
import type { HostContext } from '../host/context.ts';

export const buildStages = ['bootstrap', 'settle', 'pack', 'digest'] as const;
export type BuildStage = (typeof buildStages)[number];

/** What a build tells whoever waits for it. */
export interface BuildCallbacks {
  /** A line to keep: what is begun, and each stage with the time it took. */
  note(message: string): void;
  /** The line of the moment, for a terminal that can redraw it. */
  progress?: ((message: string) => void) | undefined;
}

/** Runs one stage of an image's build, says how long it took, and puts its name on whatever goes wrong. */
export async function runStage<T>(
  image: string,
  stage: BuildStage,
  callbacks: BuildCallbacks,
  work: () => T | Promise<T>,
): Promise<T> {
  const start = hostClock.nowNs();
  callbacks.progress?.(`image ${image}: ${stage}`);
  try {
    const result = await work();
    callbacks.note(`image ${image}: ${stage.padEnd(9)} ${formatMs(msSince(start))}`);
    return result;
  } catch (error) {
    throw stageError(image, stage, error);
  }
}

export function stageError(image: string, stage: BuildStage, error: unknown): TwinbootError {
  const message = messageOf(error);
  if (errnoOf(error) === 'ENOSPC' || /No space left on device/i.test(message)) {
    return hostError('disk-full', `image ${image}: ${stage}: there is no space left in ${cacheFolder()}`, {
      hint: 'a build takes about 1 GiB: free some, remove images (twinboot image rm NAME), or set XDG_CACHE_HOME',
      cause: error,
    });
  }
  if (error instanceof Error && error.name === 'AbortError') {
    return runError('interrupted', `image ${image}: ${stage} was stopped by an interrupt`, { cause: error });
  }
  if (!(error instanceof TwinbootError)) {
    return runError('image-build-failed', `image ${image}: ${stage}: ${message}`, { cause: error });
  }
  return new TwinbootError(error.kind, error.code, `image ${image}: ${stage}: ${error.message}`, {
    ...(error.hint === undefined ? {} : { hint: error.hint }),
    cause: error,
  });
}

export type BuildContext = Pick<HostContext, 'runner' | 'cleanup' | 'signal' | 'cgroups'>;
