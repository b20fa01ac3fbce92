import { messageOf, runError } from '../../core/error.ts';
import type { Check, CheckContext, Examiner } from './checks/check.ts';
import { boundary } from './checks/boundary.ts';
import { allowedCpus } from './checks/caller.ts';
import { cgroups, loop, namespaces, overlay, userNamespace } from './checks/kernel.ts';
import { kvmChecks } from './checks/kvm.ts';
import { governor, load } from './checks/noise.ts';
import {
  architecture,
  distribution,
  hypervisor,
  linux,
  otherArchitectures,
  root,
} from './checks/platform.ts';
import { cacheDisk, inotify, memory, workDisk, writableLayers } from './checks/resources.ts';
import { toolExaminers } from './checks/tools.ts';
import { probeKvm } from './kvm.ts';
import type { Need } from './tools.ts';

export type { Check, CheckContext } from './checks/check.ts';

/** Every need but Linux, the tools, KVM and what hangs on it, in the order of the report. */
export const examiners: readonly Examiner[] = [
  distribution,
  architecture,
  otherArchitectures,
  hypervisor,
  root,
  cgroups,
  namespaces,
  userNamespace,
  overlay,
  loop,
  memory,
  cacheDisk,
  workDisk,
  writableLayers,
  allowedCpus,
  inotify,
];

/**
 * Looks at every need of twinboot's on this host, for real: it mounts, makes groups and boots a guest, and takes all of
 * it away again. A check that fails is a finding and no error.
 */
export async function examine(context: CheckContext, need: Need = 'bench'): Promise<Check[]> {
  // Taken first: the checks are themselves a load.
  const noise = [await examineOne(load, context), await examineOne(governor, context)];
  const first = await examineOne(linux, context);
  const rest = [...examiners, ...toolExaminers(need)];
  if (first.state !== 'ok') return [first, ...rest.map(notLookedAt)];
  const checks = [first];
  for (const examiner of rest) checks.push(await examineOne(examiner, context));
  const kvm = await probeKvm(context.runner, context.signal);
  return [...checks, ...kvmChecks(kvm), await examineOne(boundary(kvm), context), ...noise];
}

/** Whether the main job can run: nothing that it needs is missing. */
export function canRun(checks: readonly Check[]): boolean {
  return !checks.some((check) => check.needed && check.state === 'missing');
}

/** Errors: `interrupted` (run): a check that is stopped by the signal finds whatever it then finds. */
export async function examineOne(examiner: Examiner, context: CheckContext): Promise<Check> {
  const check = await checkOf(examiner, context);
  if (context.signal.aborted) throw runError('interrupted', `stopped while looking at ${examiner.title}`);
  return check;
}

async function checkOf(examiner: Examiner, context: CheckContext): Promise<Check> {
  const { id, title, needed = false } = examiner;
  try {
    return { id, title, needed, ...(await examiner.examine(context)) };
  } catch (error) {
    return {
      id,
      title,
      needed,
      state: needed ? 'missing' : 'warning',
      found: 'unknown',
      reason: messageOf(error),
    };
  }
}

function notLookedAt({ id, title, needed = false }: Examiner): Check {
  return { id, title, needed, state: 'warning', found: 'not looked at', reason: 'this is not Linux' };
}
