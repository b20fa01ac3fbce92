import { messageOf, TwinbootError } from '../../core/error.ts';
import type { HostContext } from '../host/context.ts';
import type { Availability } from './runtime.ts';

/** A runtime that needs one tool and no more: there, with the version that its `--version` names, or missing. */
export async function toolAvailability(
  host: HostContext,
  tool: string,
  version: RegExp,
): Promise<Availability> {
  try {
    const { stdout } = await host.runner.run(tool, ['--version']);
    const found = version.exec(stdout)?.[1];
    return { ok: true, ...(found === undefined ? {} : { version: found }) };
  } catch (error) {
    const fix = error instanceof TwinbootError ? error.hint : undefined;
    return { ok: false, reason: messageOf(error), fix: fix ?? 'twinboot doctor shows what is wrong' };
  }
}
