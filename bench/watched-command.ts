import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { runError } from '../core/error.ts';
import { packageRoot } from '../core/package-root.ts';

export interface WatchedCommand {
  /**
   * Wall clock (the one that a record's `startedAt` is read from), ms since 1970, immediately before the process was
   * started.
   */
  startedAtMs: number;
  /** From before the process was started to its end, ms; host CLOCK_MONOTONIC. */
  wallMs: number;
  /**
   * The most memory the process itself had resident at any time (VmHWM, proc(5)); its children count for themselves.
   */
  peakBytes: number;
  stdout: string;
}

export interface WatchOptions {
  /** A folder for throw-away files. */
  folder: string;
  signal: AbortSignal;
  /** Each line that it writes to standard error. */
  onLine?: (line: string) => void;
}

const STDERR_LINES = 8;

/**
 * Runs one `twinboot` command line of the build in `dist/` as a process of its own, as a person would.
 * Errors: `not-built`; `benchmark-command-failed` with its last words.
 */
export async function watchTwinboot(args: readonly string[], options: WatchOptions): Promise<WatchedCommand> {
  const highWaterFile = join(options.folder, 'high-water');
  const startedAtMs = Date.now();
  const startMs = performance.now();
  const child = execa(
    process.execPath,
    ['--import', built('bench/high-water-probe.js'), built('harness/cli/main.js'), ...args],
    {
      env: { TWINBOOT_HIGH_WATER_FILE: highWaterFile },
      stdin: 'ignore',
      reject: false,
      cancelSignal: options.signal,
      // It has instances to take away before it ends.
      forceKillAfterDelay: 60_000,
    },
  );
  let wallMs = 0;
  child.on('exit', () => (wallMs = performance.now() - startMs));
  const said: string[] = [];
  const listen = async (): Promise<void> => {
    for await (const line of child.iterable({ from: 'stderr' })) {
      said.push(line);
      options.onLine?.(line);
    }
  };
  const [result] = await Promise.all([child, listen()]);
  options.signal.throwIfAborted();
  if (result.failed) {
    throw runError(
      'benchmark-command-failed',
      `twinboot ${args.join(' ')} failed (exit ${result.exitCode ?? '?'}): ${said.slice(-STDERR_LINES).join(' / ')}`,
    );
  }
  const peakBytes = parseHighWaterBytes(await readFile(highWaterFile, 'utf8'));
  return { startedAtMs, wallMs, peakBytes, stdout: result.stdout };
}

/** The same command line, so many times one after the other. */
export async function watchRepeatedly(
  times: number,
  args: readonly string[],
  options: WatchOptions,
): Promise<WatchedCommand[]> {
  const watched: WatchedCommand[] = [];
  while (watched.length < times) watched.push(await watchTwinboot(args, options));
  return watched;
}

/** VmHWM of a `/proc/PID/status` in bytes (proc(5)). Throws a plain Error where there is none. */
export function parseHighWaterBytes(status: string): number {
  const match = /^VmHWM:\s+(\d{1,12}) kB$/m.exec(status);
  if (match === null) throw new Error('/proc/PID/status has no VmHWM');
  return Number(match[1]) * 1024;
}

/** A file that the build has made. Errors: `not-built` (run). */
export function built(file: string): string {
  const path = join(packageRoot(), 'dist', file);
  if (existsSync(path)) return path;
  throw runError('not-built', `${path} is not there`, { hint: 'npm run build' });
}
