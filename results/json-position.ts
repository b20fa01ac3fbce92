/** Where a text stops being JSON; `truncated`: all of it is good as far as it goes. */
export interface JsonFault {
  /** 0-based byte in UTF-8, and 1-based line. */
  byte: number;
  line: number;
  truncated: boolean;
}

/**
 * Finds the fault in a text that `JSON.parse` refused. Its message names a position only sometimes, depending on
 * the version of Node; but a good beginning of a text is always refused for ending too early, and one that holds
 * the fault never is, so halving finds the place.
 */
export function jsonFault(text: string): JsonFault {
  let good = 0;
  let bad = text.length + 1;
  while (bad - good > 1) {
    const length = Math.floor((good + bad) / 2);
    if (isGoodBeginning(text.slice(0, length))) good = length;
    else bad = length;
  }
  const before = text.slice(0, good);
  return {
    byte: Buffer.byteLength(before),
    line: before.split('\n').length,
    truncated: good === text.length,
  };
}

function isGoodBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch (error) {
    const message = (error as SyntaxError).message;
    const position = /at position (\d+)/.exec(message)?.[1];
    return position === undefined ? message.includes('end of JSON input') : Number(position) >= text.length;
  }
}
