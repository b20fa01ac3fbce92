/** What the process exits with; the same numbers for every command. */
export const exitCodes = { ok: 0, gate: 1, usage: 2, host: 3, run: 4 } as const;

/** Where an error belongs decides the exit code: the command line, this host, or the run itself. */
export type ErrorKind = 'usage' | 'host' | 'run';

export interface TwinbootErrorOptions {
  /** What to do about it, in one sentence or one command. */
  hint?: string;
  cause?: unknown;
  /** The last lines of the instance's console, newest last. */
  consoleTail?: readonly string[];
}

/**
 * The one error class. `code` is stable and in kebab-case (`unknown-runtime`), `message` says what happened
 * and where, `hint` says what to do.
 */
export class TwinbootError extends Error {
  override readonly name = 'TwinbootError';
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;
  readonly consoleTail: readonly string[];

  constructor(kind: ErrorKind, code: string, message: string, options: TwinbootErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.hint = options.hint;
    this.consoleTail = options.consoleTail ?? [];
  }

  get exitCode(): number {
    return exitCodes[this.kind];
  }
}

/** What happened, and what to do about it, in one line. */
export function withHint({ message, hint }: Pick<TwinbootError, 'message' | 'hint'>): string {
  return hint === undefined ? message : `${message} (${hint})`;
}

/** The words typed were wrong (exit 2). */
export function usageError(code: string, message: string, options?: TwinbootErrorOptions): TwinbootError {
  return new TwinbootError('usage', code, message, options);
}

/** This host cannot do it as it stands (exit 3). */
export function hostError(code: string, message: string, options?: TwinbootErrorOptions): TwinbootError {
  return new TwinbootError('host', code, message, options);
}

/** It was begun and failed (exit 4). */
export function runError(code: string, message: string, options?: TwinbootErrorOptions): TwinbootError {
  return new TwinbootError('run', code, message, options);
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** To catch what failed because a file is not there (ENOENT); any other error goes on. */
export function ignoreMissing(error: unknown): undefined {
  if (errnoOf(error) !== 'ENOENT') throw error;
  return undefined;
}

/** The `errno` name (`ENOENT`, `EBUSY`) of a failed system call, where there is one. */
export function errnoOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return typeof code === 'string' ? code : undefined;
}
