import { hostError } from '../../core/error.ts';
import { createBareHost } from './bare-host.ts';
import type { PrepareContext, PreparedRuntime } from './runtime.ts';
import type { RuntimeSpec } from './spec.ts';

/**
 * Prepares a runtime that this host can run. Errors: `runtime-unavailable` (host) with what to do about it, and those of
 * the runtime's own preparation.
 */
export async function prepareRuntime(
  { id, runtime, options }: Pick<RuntimeSpec, 'id' | 'runtime' | 'options'>,
  context: Omit<PrepareContext, 'specId' | 'version'>,
): Promise<PreparedRuntime> {
  const availability = await runtime.availability(context.host, options);
  if (!availability.ok) {
    throw hostError('runtime-unavailable', `${id}: ${availability.reason}`, { hint: availability.fix });
  }
  const version = availability.version === undefined ? {} : { version: availability.version };
  const prepared = await runtime.prepare({ ...context, specId: id, ...version }, options);
  return { bareHost: createBareHost(context), ...prepared };
}
