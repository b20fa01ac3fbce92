import { errnoOf, exitCodes, messageOf } from '../../core/error.ts';

/** Watches whether the results reach standard output. */
export interface OutputWatch {
  /** The exit code to end with: `intended`, or that of a host's fault where results were lost. */
  exitCode(intended: number): Promise<number>;
}

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write'>;

/**
 * A result that cannot be written is an error, as for cat(1), on a full device for instance. A reader that has seen
 * enough (EPIPE, `| head`) is none. A descriptor that was closed is none either: Node puts /dev/null in its place, and
 * that is what others give on purpose.
 */
export function watchOutput(output: Stream = process.stdout, errors: Stream = process.stderr): OutputWatch {
  let failure: Error | undefined;
  output.on('error', (error: Error) => {
    if (errnoOf(error) !== 'EPIPE') failure ??= error;
  });
  return {
    async exitCode(intended) {
      // What was written before has been tried when this has.
      await new Promise<void>((resolve) => output.write('', () => resolve()));
      if (failure === undefined) return intended;
      errors.write(`error: the result could not be written to standard output: ${messageOf(failure)}\n`);
      return intended === exitCodes.ok ? exitCodes.host : intended;
    },
  };
}
