import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { runError } from '../../core/error.ts';
import type { Cgroup } from './cgroup.ts';
import { confinedCommand, type Room } from './room.ts';
import { searchPath } from './search-path.ts';
import { monotonicNs, msSince } from '../../core/clock.ts';

export interface LaunchRequest {
  command: string;
  args: readonly string[];
  /** The whole environment beside PATH: a runtime sees nothing of the terminal that twinboot was called from. */
  env: Record<string, string>;
  cgroup: Cgroup;
  /** Where the command runs, and as whom; without it, as twinboot does. It stands ready before t0. */
  room?: Room | undefined;
  /** A command that becomes the one that follows it, called before the room is entered. */
  through?: readonly string[] | undefined;
  /** Standard output and standard error as they arrive. */
  onOutput: (chunk: Buffer) => void;
  /** Called once, immediately before the command is released: the boot's zero. */
  onStart: (t0Ns: bigint) => void;
}

export interface Launched {
  pid: number;
  t0Ns: bigint;
  /** ms since t0 when the command's process existed. */
  spawnMs: number;
  /** Settles when the process has ended and its output was read; never rejects. */
  exited: Promise<LaunchedExit>;
}

export interface LaunchedExit {
  exitCode?: number;
  signal?: string;
  /** ms since t0 at which the process ended. */
  atMs: number;
}

const DRAIN_MS = 200;

/**
 * The limits that init gives to what it starts on a host where nobody has set any (INIT_RLIMITS of the kernel;
 * DefaultLimitNOFILE= of systemd-system.conf(5)): the shell's letters, getrlimit(2). A caller's `ulimit` holds for
 * twinboot, not for what it measures.
 */
const LIMITS = [
  ...['t', 'f', 'd', 'v', 'p'].map((letter) => `ulimit -${letter} unlimited`),
  ...['ulimit -Hs unlimited', 'ulimit -Ss 8192', 'ulimit -l 8192', 'ulimit -Hc unlimited', 'ulimit -Sc 0'],
  ...['ulimit -Hn 524288', 'ulimit -Sn 1024'],
].join('; ');

/**
 * The starter waits on file descriptor 3, closes 4 just before it becomes the command, and ends by itself when twinboot
 * is gone. A limit that the kernel refuses stays as it was.
 */
const STARTER = `{ ${LIMITS}; } 2>&-; read -r _ <&3 || exit 125; exec 3<&-; exec 4>&-; exec "$@"`;

/** In a room the starter is `room.pl`, which waits likewise once all of the room is made. */
const ROOM_STARTER = `{ ${LIMITS}; } 2>&-; exec "$@"`;

function starterOf({ command, args, room, through = [] }: LaunchRequest): string[] {
  const whole = [command, ...args];
  if (room === undefined) return [STARTER, 'sh', ...through, ...whole];
  return [ROOM_STARTER, 'sh', ...through, ...confinedCommand(room, 'when-released', whole)];
}

/**
 * Starts a runtime's process inside its control group. The starter is put into the group *before* t0: moving a process
 * between groups waits for the kernel's RCU grace periods, once for every v1 hierarchy, which is twinboot's time and
 * not the runtime's. A room is made before t0 for the same reason. From t0 on nothing stands between the release and
 * exec(2).
 *
 * Plain `spawn`, not a process library: the child must outlive every stream, belongs to a session of its own, and is
 * ended through its control group. Errors: `launch-failed`.
 */
export async function launch(request: LaunchRequest): Promise<Launched> {
  const child = spawn('/bin/sh', ['-c', ...starterOf(request)], {
    detached: true,
    // The caller's folder may be gone, or on a file system that comes and goes.
    cwd: '/',
    env: { PATH: searchPath(), ...request.env },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe', 'pipe'],
  });
  const pid = child.pid;
  if (pid === undefined) throw runError('launch-failed', `cannot start a process for ${request.command}`);
  for (const folder of request.cgroup.folders) writeFileSync(join(folder, 'cgroup.procs'), String(pid));

  // Read from the beginning: what nobody reads when the process ends is thrown away.
  const early: Buffer[] = [];
  let take: LaunchRequest['onOutput'] = (chunk) => early.push(chunk);
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => take(chunk));

  const [, , , release, started] = child.stdio as [null, Readable, Readable, Writable, Readable];
  release.on('error', () => undefined);
  let t0Ns = monotonicNs();
  const exited = new Promise<LaunchedExit>((resolve) => {
    child.on('exit', (code, signal) => {
      const exit = {
        atMs: msSince(t0Ns),
        ...(code === null ? {} : { exitCode: code }),
        ...(signal === null ? {} : { signal }),
      };
      // Its last words may still be on their way; a grandchild that holds the pipe is not waited for.
      const drained = setTimeout(() => resolve(exit), DRAIN_MS);
      child.once('close', () => {
        clearTimeout(drained);
        resolve(exit);
      });
    });
  });
  const closed = new Promise<void>((resolve) => started.once('close', resolve));
  // Where no room could be made, the starter has ended and said why on standard error.
  if (request.room !== undefined) {
    await Promise.race([new Promise((resolve) => started.once('data', resolve)), closed]);
  }

  t0Ns = monotonicNs();
  request.onStart(t0Ns);
  release.end('\n');
  const spawned = closed.then(() => msSince(t0Ns));
  started.resume();
  take = request.onOutput;
  for (const chunk of early) take(chunk);
  return { pid, t0Ns, spawnMs: await spawned, exited };
}
