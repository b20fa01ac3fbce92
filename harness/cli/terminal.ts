import type { Io } from './io.ts';

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
  return {
    out: (text) => {
      process.stderr.write(clear());
      process.stdout.write(`${text}\n`);
    },
    note: (text) => void process.stderr.write(`${clear()}${text}\n`),
    status: (text) => {
      if (!isTerminal) return;
      const columns = process.stderr.columns;
      process.stderr.write(`${CLEAR_LINE}${text.slice(0, columns - 1)}`);
      statusShown = true;
    },
    isTerminal,
    env: process.env,
    exitCode: 0,
    signal,
  };
}
