import { printed } from '../../core/printed.ts';
import { cleaned, type Io } from './io.ts';

const CLEAR_LINE = '\r\u001b[K';

/** The real terminal: results to standard output, everything else to standard error. */
export function terminalIo(signal: AbortSignal): Io {
  const isTerminal = process.stderr.isTTY && process.env.CI === undefined;
  let statusShown = false;
  const clear = (): string => {
    const text = statusShown ? CLEAR_LINE : '';
    statusShown = false;
    return text;
  };
  return cleaned(
    {
      out: (text) => {
        process.stderr.write(clear());
        process.stdout.write(`${text.toString()}\n`);
      },
      note: (text) => void process.stderr.write(`${clear()}${text.toString()}\n`),
      status: (text) => {
        if (!isTerminal) return;
        const columns = process.stderr.columns;
        process.stderr.write(`${CLEAR_LINE}${text.toString().slice(0, columns - 1)}`);
        statusShown = true;
      },
    },
    { isTerminal, env: process.env, signal },
  );
}

/** For what has to be said while there is no `Io`, from a signal for instance. */
export function noteAtOnce(text: string): void {
  process.stderr.write(`${printed(text).toString()}\n`);
}
