import { z } from 'zod';

/** What `run.log` says of the course of a run; wall clock, ms since 1970, as pino stamps its lines. */
export interface RunLog {
  boots: BootEntry[];
  /** When the record was complete and the runtimes were given back. */
  endedAtMs: number;
}

export interface BootEntry {
  bootId: string;
  runtime: string;
  startedAtMs: number;
  /** Boot to `ready`, observing and settling, powering off and taking away: together all of the boot. */
  spans: { bootMs: number; observeMs: number; shutdownMs: number };
  /** When its samples were computed and the line was written. */
  loggedAtMs: number;
}

const ms = z.number().nonnegative();

const bootLine = z.object({
  msg: z.literal('boot ended'),
  time: ms,
  bootId: z.string(),
  runtime: z.string(),
  startedAt: z.iso.datetime(),
  spans: z.object({ bootMs: ms, observeMs: ms, shutdownMs: ms }),
});

const endLine = z.object({ msg: z.literal('run ended'), time: ms });

/**
 * Reads the log of one run (a JSON object a line); lines about other things are passed over. Throws a plain Error where
 * the run has no boot or no end.
 */
export function parseRunLog(text: string): RunLog {
  const lines = text.split('\n').filter(Boolean).map(parseLine);
  const boots = lines.flatMap((line) => {
    const { data } = bootLine.safeParse(line);
    if (data === undefined) return [];
    const { bootId, runtime, startedAt, spans, time } = data;
    return [{ bootId, runtime, startedAtMs: Date.parse(startedAt), spans, loggedAtMs: time }];
  });
  const end = lines.map((line) => endLine.safeParse(line).data).find((data) => data !== undefined);
  if (boots.length === 0) throw new Error('the run log has no boot in it');
  if (end === undefined) throw new Error('the run log has no end');
  return { boots, endedAtMs: end.time };
}

/** A line that is cut short says nothing. */
function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}
