import type { CleanupRegistry } from '../process/cleanup.ts';
import type { ProcessRunner } from '../process/runner.ts';
import type { CgroupLayout } from '../process/cgroup.ts';

/** What a part of the harness may use of the host: handed down from the command, so that tests can replace it. */
export interface HostContext {
  runner: ProcessRunner;
  cleanup: CleanupRegistry;
  cgroups: CgroupLayout;
  /** A folder of this process's own for throw-away files, on a real file system; registered for removal. */
  workFolder: string;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
}
