import type { Readable } from 'node:stream';
import type { Releasable } from '../process/leases.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { openFifo } from './channel.ts';
import { untilRead } from './console.ts';

/** Makes a FIFO at `path` that a console is written to, and reads it until it is released. */
export async function openConsoleFifo(
  path: string,
  runner: ProcessRunner,
): Promise<Releasable & { output: Readable }> {
  await runner.run('mkfifo', ['--mode=600', path]);
  const output = openFifo(path);
  output.on('error', () => undefined);
  return {
    output,
    async release() {
      await untilRead();
      output.destroy();
    },
  };
}
