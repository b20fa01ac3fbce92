import type { RuntimeKind } from '../results/record.ts';

/**
 * The processes of the distribution. Those of a container are the host's too: the host sees every one, while inside
 * some may not be looked into (without CAP_SYS_PTRACE those of other users). But not every host's control groups show
 * whose they are. `undefined` where neither could be read.
 */
export function processesOf<Process extends { unit: string | undefined }>(
  memory: { processes: readonly (Process & { manager: boolean })[] | undefined } | undefined,
  inside: { processes: readonly Process[] } | undefined,
  kind: RuntimeKind,
): readonly Process[] | undefined {
  const seen = kind === 'vm' ? [] : (memory?.processes?.filter(({ manager }) => !manager) ?? []);
  return seen.some(({ unit }) => unit !== undefined) ? seen : inside?.processes;
}
