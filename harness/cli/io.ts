import { printed, type Printed } from '../../core/printed.ts';

/** The terminal as a command sees it: real in `main.ts`, captured in tests. `cleaned` makes it. */
export interface Io {
  /** Results go here: tables, JSON. `text` has no trailing newline. */
  out(text: string | Printed): void;
  /** Progress, notes and errors go here. */
  note(text: string | Printed): void;
  /**
   * The line of the moment on a terminal: replaced by whatever is written next. Says nothing where it cannot be
   * redrawn.
   */
  status(text: string | Printed): void;
  /** Whether notes reach a terminal that can redraw lines. */
  isTerminal: boolean;
  env: Record<string, string | undefined>;
  /** The words after `twinboot`; none until `main` sets them. */
  words: readonly string[];
  /** The exit code to end with when the command returns; 0 until a command sets it. */
  exitCode: number;
  /** Aborted by Ctrl-C and SIGTERM. */
  signal: AbortSignal;
}

/** Where printed text goes; it takes nothing else. */
export interface Sink {
  out(text: Printed): void;
  note(text: Printed): void;
  /** One line. */
  status(text: Printed): void;
}

/** The one way out to a terminal or a log: whatever a command prints, what reaches the sink acts on neither. */
export function cleaned(sink: Sink, rest: Pick<Io, 'isTerminal' | 'env' | 'signal'>): Io {
  return {
    ...rest,
    out: (text) => sink.out(printed(text)),
    note: (text) => sink.note(printed(text)),
    status: (text) => sink.status(printed(typeof text === 'string' ? text.replace(/\s+/gu, ' ') : text)),
    words: [],
    exitCode: 0,
  };
}

/** The same terminal without progress: only results are printed. */
export function silent(io: Io): Io {
  return { ...io, note: () => undefined, status: () => undefined };
}
