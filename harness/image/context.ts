import type { HostContext } from '../host/context.ts';

/** What of the host a build uses. */
export type BuildContext = Pick<HostContext, 'runner' | 'cleanup' | 'signal' | 'cgroups'>;
