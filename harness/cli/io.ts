/** The terminal as a command sees it: real in `main.ts`, captured in tests. */
export interface Io {
  /** Results go here: tables, JSON. `text` has no trailing newline. */
  out(text: string): void;
  /** Progress, notes and errors go here. */
  note(text: string): void;
  /** The line of the moment on a terminal: replaced by whatever is written next. Says nothing where it cannot be redrawn. */
  status(text: string): void;
  /** Whether notes reach a terminal that can redraw lines. */
  isTerminal: boolean;
  env: Record<string, string | undefined>;
  /** The exit code to end with when the command returns; 0 until a command sets it. */
  exitCode: number;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
}

/** The same terminal for whoever wants the result alone. */
export function silent(io: Io): Io {
  return { ...io, note: () => undefined, status: () => undefined };
}
