import { Command } from '@commander-js/extra-typings';
import { cleaned, type Io } from '../../harness/cli/io.ts';

/** What a command said on standard output and beside it, and how it ended. */
export interface Said {
  out: string;
  notes: string[];
  exitCode: number;
}

/** Runs one command of twinboot alone, without the program that explains errors: what it throws is thrown. */
export async function runCommand(
  add: (program: Command, io: Io) => void,
  words: readonly string[],
): Promise<Said> {
  const lines: string[] = [];
  const notes: string[] = [];
  const io = cleaned(
    {
      out: (text) => lines.push(text.toString()),
      note: (text) => notes.push(text.toString()),
      status: () => undefined,
    },
    { isTerminal: false, env: {}, signal: new AbortController().signal },
  );
  const program = new Command('twinboot').exitOverride();
  add(program, io);
  await program.parseAsync([...words], { from: 'user' });
  return { out: lines.join('\n'), notes, exitCode: io.exitCode };
}
