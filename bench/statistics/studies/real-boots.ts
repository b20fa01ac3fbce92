import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { runError } from '../../../core/error.ts';
import { formatShare } from '../../../core/units.ts';
import { compare } from '../../../results/compare/compare.ts';
import type { RunRecord } from '../../../results/record.ts';
import { readRecord } from '../../../results/store.ts';
import { shareInterval } from '../../../results/statistics/exact-share.ts';
import { built } from '../../watched-command.ts';
import { isAlarm } from '../simulate.ts';
import type { Rate, Study, StudyOptions } from '../study.ts';

/** What each run asks, and for how long at most. */
const SCENARIO = 'startup';
const ROUNDS = 12;

/** How far levels of two records are set apart, beside that of the host itself. */
const APART = 1.01;

interface RealPair {
  a: RunRecord;
  b: RunRecord;
  /** Whether ab ended red or found an improvement. */
  isAlarm: boolean;
}

/**
 * `ab` of an image against itself with real boots, so often as asked, each run with a seed of its own; and what
 * `compare` makes of records of the same runs. It promises nothing: one host at one time is no proof. Needs root; some
 * minutes a run.
 */
export const realBoots: Study = {
  id: 'real-boots',
  question: `How often does ab call an image different from itself, with real boots (${SCENARIO}, ${ROUNDS} rounds at most)?`,
  onlyWhenNamed: true,
  run: async (options) => {
    const folder = await mkdtemp(join(tmpdir(), 'twinboot-real-boots-'));
    try {
      const pairs: RealPair[] = [];
      for (let run = 1; run <= options.runs; run += 1) {
        pairs.push(await abOfItself(join(folder, String(run)), options, run));
        options.note(
          `run ${run} of ${options.runs}: ${pairs.at(-1)?.isAlarm === true ? 'an alarm' : 'no alarm'}`,
        );
      }
      return ratesOf(pairs, options);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
};

/** Errors: `not-built`; `benchmark-command-failed` where there is no verdict. */
async function abOfItself(
  out: string,
  { image, runtime, seed }: StudyOptions,
  run: number,
): Promise<RealPair> {
  const main = built('harness/cli/main.js');
  const side = `image=${image}`;
  const words = [
    'ab',
    SCENARIO,
    '--a',
    side,
    '--b',
    side,
    '--runtime',
    runtime,
    '--max-rounds',
    String(ROUNDS),
  ];
  const rest = ['--seed', String(seed + run), '--out', out, '--format', 'json'];
  const { exitCode, stdout, stderr } = await execa(process.execPath, [main, ...words, ...rest], {
    stdin: 'ignore',
    reject: false,
    forceKillAfterDelay: 60_000,
  });
  if (exitCode !== 0 && exitCode !== 1) {
    throw runError(
      'benchmark-command-failed',
      `twinboot ab failed (exit ${exitCode ?? '?'}): ${stderr.slice(-2000)}`,
    );
  }
  const { rows } = JSON.parse(stdout) as { rows: Parameters<typeof isAlarm>[0][] };
  const [folder = ''] = await readdir(out);
  const [a, b] = [await readRecord(join(out, folder, 'a')), await readRecord(join(out, folder, 'b'))];
  return { a, b, isAlarm: rows.some(isAlarm) };
}

function ratesOf(pairs: readonly RealPair[], { runtime, image }: StudyOptions): Rate[] {
  const what = `${runtime}, ${image}, ${SCENARIO}`;
  const rate = (title: string, alarms: readonly boolean[]): Rate[] => {
    if (alarms.length === 0) return [];
    const happened = alarms.filter(Boolean).length;
    const { low, high } = shareInterval(happened, alarms.length);
    const remark = `95 %: ${formatShare(low)} to ${formatShare(high)}`;
    return [{ title, happened, trials: alarms.length, remark }];
  };
  const neighbours = pairs.slice(1).map(({ a }, index) => ({ before: pairs[index]?.a ?? a, after: a }));
  return [
    ...rate(
      `ab, real A/A, ${what}, ${ROUNDS} rounds at most`,
      pairs.map((pair) => pair.isAlarm),
    ),
    ...rate(
      `compare, two records of neighbouring runs, ${what}`,
      neighbours.map(({ before, after }) => hasAlarm(before, after)),
    ),
    ...[0, 0.05].flatMap((minEffect) =>
      rate(
        `compare, the sides of one run with levels 1 % apart, ${what}, minimum effect ${minEffect * 100} %`,
        pairs.map(({ a, b }) => hasAlarm(a, raised(b), minEffect)),
      ),
    ),
  ];
}

function hasAlarm(base: RunRecord, next: RunRecord, minEffect?: number): boolean {
  const side = (record: RunRecord) => ({ name: record.id, records: [record] as const });
  const options = minEffect === undefined ? {} : { minEffect };
  return compare(side(base), side(next), options).rows.some(isAlarm);
}

/** The record of a host that is slower by 1 % throughout. */
function raised(record: RunRecord): RunRecord {
  return {
    ...record,
    samples: record.samples.map((sample) => ({
      ...sample,
      values: sample.values.map((value) =>
        value.unit === 'ms' ? { ...value, value: value.value * APART } : value,
      ),
    })),
  };
}
