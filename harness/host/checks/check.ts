import type { RuntimeKind } from '../../../results/record.ts';
import type { ProcessRunner } from '../../process/runner.ts';

/** `warning`: twinboot works, and something is worth knowing. `missing`: what needs it does not work. */
export type CheckState = 'ok' | 'warning' | 'missing';

export interface Finding {
  state: CheckState;
  /** What is there, in a few words: a version, a size, a mode. */
  found: string;
  /** Why the state is not ok, or what a reader should know of it. */
  reason?: string;
  /** One command or one sentence. */
  fix?: string;
  /** Of what is missing: all that a run goes without, which boots all the same. */
  costs?: string;
}

/** A need of twinboot's with its state on this host. */
export interface Check extends Finding {
  /** Stable, kebab-case. */
  id: string;
  title: string;
  /** The main job (build, boot both ways, measure) cannot run without it. */
  needed: boolean;
}

export interface CheckContext {
  runner: ProcessRunner;
  signal: AbortSignal;
}

/** One line of the registry: examines one need. What it makes on the host to find out, it takes away again. */
export interface Examiner {
  id: string;
  title: string;
  /** As in `Check`; most are not. */
  needed?: boolean;
  /** Runtimes of these kinds cannot boot where it is missing. */
  stops?: readonly RuntimeKind[];
  examine(context: CheckContext): Finding | Promise<Finding>;
}

/** Whether this process is root; what only root can try is not tried otherwise. */
export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

export const everyKind: readonly RuntimeKind[] = ['container', 'vm'];

export const onlyRootCanTell: Finding = {
  state: 'warning',
  found: 'not tried',
  reason: 'only root can find out',
  fix: 'sudo twinboot doctor',
};
