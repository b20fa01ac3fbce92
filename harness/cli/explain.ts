import { CommanderError } from '@commander-js/extra-typings';
import { exitCodes, messageOf, TwinbootError } from '../../core/error.ts';
import type { Io } from './io.ts';

/** Notes what ended a command, and returns the exit code of the process. */
export function explain(error: unknown, io: Io): number {
  // commander has written its own message by now; help and version are no errors.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  if (error instanceof TwinbootError) {
    io.note(`error: ${error.message}`);
    if (error.consoleTail.length > 0) io.note(error.consoleTail.map((line) => `  | ${line}`).join('\n'));
    if (error.hint !== undefined) io.note(`hint: ${error.hint}`);
    return error.exitCode;
  }
  io.note(`error: unexpected: ${error instanceof Error ? (error.stack ?? error.message) : messageOf(error)}`);
  return exitCodes.run;
}
