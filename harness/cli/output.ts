import { errnoOf, exitCodes, messageOf } from '../../core/error.ts';

/** Watches whether the results reach standard output. */
export interface OutputWatch {
  /** The exit code to end with: `intended`, or that of a host's fault where results were lost. */
  exitCode(intended: number): Promise<number>;
}

type Stream = Pick<NodeJS.WriteStream, 'on' | 'write' | 'writableLength'>;

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
      await triedAll(output);
      if (failure === undefined) return intended;
      errors.write(`error: the result could not be written to standard output: ${messageOf(failure)}\n`);
      return intended === exitCodes.ok ? exitCodes.host : intended;
    },
  };
}

/**
 * Calls `end` when whoever read a stream is gone (`twinboot run | head`). What a full device does not take is lost, and
 * is no reason to end: progress is not the result.
 */
export function whenReaderLeaves(streams: readonly Pick<Stream, 'on'>[], end: () => void): void {
  for (const stream of streams) {
    stream.on('error', (error: Error) => {
      if (errnoOf(error) === 'EPIPE') end();
    });
  }
}

/** Until what was written has been tried. Where that is nothing, an empty write would fail on a device that is full. */
function triedAll(output: Stream): Promise<void> {
  return new Promise((resolve) => {
    if (output.writableLength === 0) setImmediate(resolve);
    else output.write('', () => resolve());
  });
}
