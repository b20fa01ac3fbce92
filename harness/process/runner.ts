import { execa } from 'execa';
import { hostError, messageOf, runError } from '../../core/error.ts';
import { lastLines } from '../../core/text.ts';
import { searchPath } from './search-path.ts';

export interface RunOptions {
  /** Written to the command's standard input; without it, standard input is empty. */
  input?: string;
  /** Added to what of the caller's environment is handed on. */
  env?: Record<string, string>;
  /** `/` without it: the caller's own may be gone, or hidden by a mount. */
  cwd?: string;
  /**
   * The command and all it started are killed after this time. As root it then runs in namespaces of its own:
   * what it mounts, nobody else sees, so `mount` is not for this.
   */
  timeoutMs?: number;
  /** Each line of standard output and standard error as it arrives. As root: namespaces as for `timeoutMs`. */
  onLine?: (line: string) => void;
  /** A non-zero exit is an answer and not an error. */
  allowFailure?: boolean;
  /** Kills the command when it is aborted. */
  signal?: AbortSignal;
}

export interface Finished {
  stdout: string;
  stderr: string;
  /** `undefined` where a signal ended it. */
  exitCode: number | undefined;
}

/** Runs host commands to their end. The one way twinboot calls another program, so that a test can replace it. */
export interface ProcessRunner {
  /**
   * Errors: `missing-tool` (host) where the command is not installed, `command-failed` (run) with the last lines of
   * its standard error where it fails, `command-timeout` (run), `interrupted` (run) where the signal aborted it.
   */
  run(command: string, args: readonly string[], options?: RunOptions): Promise<Finished>;
}

const STDERR_LINES = 12;
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/**
 * The real one. A command that may take long (it has `timeoutMs` or `onLine`) runs in a pid namespace of its own that
 * dies with twinboot, even on SIGKILL, so it needs no entry in the cleanup registry: `setpriv --pdeathsig` ends
 * `unshare`, whose `--kill-child` ends the rest (setpriv(1), unshare(1), pid_namespaces(7)). Other commands, and all
 * commands without root, are started plainly. Messages of host commands are asked for in English, since some are read.
 */
export const processRunner: ProcessRunner = {
  async run(command, args, options = {}) {
    const contained = isContained(options);
    const [file, fileArgs] = contained ? contain(command, args) : [command, args];
    const child = execa(file, fileArgs, {
      // A session of its own: Ctrl-C in the terminal reaches twinboot alone, which then ends its commands in order.
      detached: true,
      killSignal: 'SIGKILL',
      reject: false,
      maxBuffer: MAX_OUTPUT_BYTES,
      extendEnv: false,
      env: { ...handedOn(process.env), ...options.env },
      ...(options.input === undefined ? { stdin: 'ignore' as const } : { input: options.input }),
      cwd: options.cwd ?? '/',
      ...(options.timeoutMs === undefined ? {} : { timeout: options.timeoutMs }),
      ...(options.signal === undefined ? {} : { cancelSignal: options.signal }),
    });
    // A grandchild that outlives the command would hold its output open, and the run with it.
    child.on('exit', () => killGroup(child.pid));
    // Each stream for itself: read as one, a piece of a line of one would end up within a line of the other.
    const lines = (['stdout', 'stderr'] as const).map((from) =>
      options.onLine === undefined ? undefined : forEachLine(child.iterable({ from }), options.onLine),
    );
    const [result] = await Promise.all([child, ...lines]);
    return check(command, result, options);
  },
};

/**
 * Of the caller's environment, what tools cannot do without: who calls, where that person's files are, and how the
 * network is reached. Whatever else changes what they do stays outside, also words that nobody has thought of.
 */
const HANDED_ON =
  /^(HOME|USER|LOGNAME|TMPDIR|XDG_CACHE_HOME|SSL_CERT_(FILE|DIR)|(https?|ftp|no|all)_proxy|(HTTPS?|FTP|NO|ALL)_PROXY|TWINBOOT_.*)$/;

function handedOn(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  const kept = Object.entries(env).filter(([name]) => HANDED_ON.test(name));
  return { ...Object.fromEntries(kept), PATH: searchPath(), LC_ALL: 'C.UTF-8' };
}

function isContained(options: RunOptions): boolean {
  return (options.timeoutMs !== undefined || options.onLine !== undefined) && process.getuid?.() === 0;
}

function contain(command: string, args: readonly string[]): [string, string[]] {
  return [
    'setpriv',
    [
      '--pdeathsig',
      'KILL',
      'unshare',
      '--fork',
      '--pid',
      '--kill-child',
      '--mount-proc',
      '--',
      command,
      ...args,
    ],
  ];
}

function killGroup(leader: number | undefined): void {
  if (leader === undefined) return;
  try {
    process.kill(-leader, 'SIGKILL');
  } catch {
    // The usual case: nothing of the group is left.
  }
}

async function forEachLine(lines: AsyncIterable<unknown>, onLine: (line: string) => void): Promise<void> {
  try {
    for await (const line of lines) onLine(String(line));
  } catch {
    // The command's own failure is reported by `check`.
  }
}

/** What `check` reads of execa's result, whatever the options made of its type. */
interface Outcome {
  stdout: string;
  stderr: string;
  exitCode?: number | undefined;
  signal?: string | undefined;
  code?: string | undefined;
  originalMessage?: string | undefined;
  cause?: unknown;
  failed: boolean;
  isCanceled: boolean;
  timedOut: boolean;
}

function check(command: string, result: Outcome, options: RunOptions): Finished {
  const { stdout, stderr } = result;
  if (isMissing(result, options)) throw missingTool(command, result.cause);
  if (result.isCanceled) throw runError('interrupted', `${command} was stopped by an interrupt`);
  if (result.timedOut) {
    const said = lastLines(stderr, STDERR_LINES);
    throw runError('command-timeout', `${command} did not end within ${(options.timeoutMs ?? 0) / 1000} s`, {
      ...(said === '' ? {} : { hint: `its last words: ${said}` }),
    });
  }
  const begun = result.exitCode !== undefined || result.signal !== undefined;
  if (result.failed && !(begun && options.allowFailure === true)) {
    const said = lastLines(stderr === '' ? stdout : stderr, STDERR_LINES);
    throw runError('command-failed', `${command} ${howItFailed(result)}${said === '' ? '' : `: ${said}`}`, {
      cause: result.cause,
    });
  }
  return { stdout, stderr, exitCode: result.exitCode };
}

/** Not there, told apart from a command that itself answers 127, as a shell does for a command *it* did not find. */
function isMissing(result: Outcome, options: RunOptions): boolean {
  if (result.code === 'ENOENT') return !(result.originalMessage ?? '').includes('cwd');
  return (
    isContained(options) &&
    result.exitCode === 127 &&
    /^unshare: failed to execute .*: No such file/m.test(result.stderr)
  );
}

function howItFailed(result: Outcome): string {
  if (result.exitCode !== undefined) return `failed (exit ${result.exitCode})`;
  if (result.signal !== undefined) return `was ended by ${result.signal}`;
  return `could not be run (${result.originalMessage ?? messageOf(result.cause)})`;
}

function missingTool(command: string, cause: unknown): Error {
  return hostError('missing-tool', `${command} is not installed`, {
    hint: 'twinboot doctor --install installs what is missing',
    cause,
  });
}
