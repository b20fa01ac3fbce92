import type { IsolationFacts, RuntimeDescription } from '../../results/record.ts';
import type { PrepareContext, Runtime } from './runtime.ts';

/** What is of one runtime's own in what the record says of it. */
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
