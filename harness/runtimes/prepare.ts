import { hostError } from '../../core/error.ts';
import { createBareHost } from './bare-host.ts';
import type { PrepareContext, PreparedRuntime, Runtime } from './runtime.ts';
import type { RuntimeSpec } from './spec.ts';
import type { IsolationFacts, RuntimeDescription } from '../../results/record.ts';

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

/** The part of a runtime's description that it gives itself. */
export interface Described extends Omit<
  RuntimeDescription,
  'id' | 'runtime' | 'kind' | 'title' | 'isolation'
> {
  isolation: IsolationFacts;
}

/** What the record says of a runtime before one of its instances has run. */
export function describeRuntime(
  { id, kind, title }: Pick<Runtime, 'id' | 'kind' | 'title'>,
  { specId }: Pick<PrepareContext, 'specId'>,
  { isolation, ...own }: Described,
): RuntimeDescription {
  return { id: specId, runtime: id, kind, title, ...own, isolation: { source: 'set-up', ...isolation } };
}
