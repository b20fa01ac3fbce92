import { main } from '../../harness/cli/main.ts';
import { cleaned } from '../../harness/cli/io.ts';

/** What a command line printed and how it ended. */
export interface Told {
  exitCode: number;
  /** Standard output. */
  out: string;
  /** Standard error. */
  notes: string;
}

/** Runs a command line in this process, as `twinboot …` would, and catches what it says. */
export async function twinboot(
  words: readonly string[],
  options: { env?: Record<string, string>; signal?: AbortSignal; onNote?: (note: string) => void } = {},
): Promise<Told> {
  const out: string[] = [];
  const notes: string[] = [];
  const io = cleaned(
    {
      out: (text) => out.push(text.toString()),
      note: (text) => {
        notes.push(text.toString());
        options.onNote?.(text.toString());
      },
      status: () => undefined,
    },
    {
      isTerminal: false,
      env: { ...process.env, ...options.env },
      signal: options.signal ?? new AbortController().signal,
    },
  );
  const exitCode = await main(words, io);
  return { exitCode, out: out.join('\n'), notes: notes.join('\n') };
}
