import { messageOf, TwinbootError } from '../../core/error.ts';
import type { HostContext } from '../host/context.ts';
import { toolNamed } from '../host/tools.ts';
import type { Availability } from './runtime.ts';

/** A tool that a runtime calls, and what it must be. */
export interface RequiredTool {
  /** Its command. */
  tool: string;
  /** Finds its version in what `--version` prints. */
  version: RegExp;
  /** The first version that knows everything twinboot asks of it. */
  oldest?: string;
}

/**
 * A runtime that needs one tool and no more: there, with the version that its `--version` names; missing; or too old. A
 * version that cannot be read is taken for new enough.
 */
export async function toolAvailability(
  host: HostContext,
  { tool, version, oldest }: RequiredTool,
): Promise<Availability> {
  try {
    const { stdout } = await host.runner.run(tool, ['--version']);
    const found = version.exec(stdout)?.[1];
    if (found === undefined) return { ok: true };
    return oldest !== undefined && isOlder(found, oldest)
      ? tooOld(tool, found, oldest)
      : { ok: true, version: found };
  } catch (error) {
    const fix = error instanceof TwinbootError ? error.hint : undefined;
    return { ok: false, reason: messageOf(error), fix: fix ?? 'twinboot doctor shows what is wrong' };
  }
}

/** By their numbers: `2.9` is older than `2.32`, `4.0` older than `4.0.6`. */
export function isOlder(version: string, than: string): boolean {
  return version.localeCompare(than, 'en', { numeric: true }) < 0;
}

function tooOld(tool: string, found: string, oldest: string): Availability {
  const name = toolNamed(tool)?.package ?? tool;
  return {
    ok: false,
    reason: `${tool} ${found} is too old: twinboot needs ${oldest} or newer`,
    fix: `apt-get install ${name}, from Debian 12 or newer`,
  };
}
