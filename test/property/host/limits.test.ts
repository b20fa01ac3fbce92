import { describe, expect } from 'vitest';
import { parseHostState } from '../../../harness/fleet/safety.ts';
import { parseGroups } from '../../../harness/host/limits/cgroups.ts';
import { explainFailure } from '../../../harness/host/limits/explain.ts';
import { parseKeyUsers } from '../../../harness/host/limits/keys.ts';
import { parseCount } from '../../../harness/parse/count.ts';
import { parseLimit } from '../../../harness/parse/process-limits.ts';
import { parseThreads } from '../../../harness/host/limits/processes.ts';
import { readLimits } from '../../../harness/host/limits/registry.ts';
import {
  drawn,
  holds,
  oddText,
  rows,
  saidBy,
  staysQuick,
  textOf,
  unlessRefused,
  same,
} from '../../support/property.ts';

describe('counts', () => {
  const text = drawn((draw) => ({ count: draw.int(0, 2 ** 52), odd: oddText(draw, 3) }));

  holds('are whole numbers and nothing else', text, ({ count, odd }) => {
    same(parseCount(` ${count}\n`), count);
    const found = parseCount(odd);
    same(found === undefined, !/^\s*\d{1,20}\s*$/.test(odd));
  });

  staysQuick('text', ['1'], parseCount);
});

describe('tables of the kernel', () => {
  const keyUsers = rows(
    (draw) => {
      const [uid, keys, bytes] = [draw.int(0, 2 ** 31), draw.int(0, 10 ** 6), draw.int(0, 10 ** 8)];
      return {
        text: `${String(uid).padStart(5)}:     9 8/8 ${keys}/1000000 ${bytes}/25000000`,
        says: { uid, keys, bytes },
      };
    },
    (line) => /^\s*\d+:\s+\d+ \d+\/\d+ \d+\/\d+ \d+\/\d+$/.test(line),
  );

  holds('give the keys of every account', keyUsers, (lines) => {
    same(parseKeyUsers(textOf(lines)), saidBy(lines));
  });

  const files = drawn((draw) => ({
    groups: draw.int(0, 65_535),
    threads: draw.int(0, 2 ** 22),
    soft: draw.int(0, 2 ** 30),
    hard: draw.of([2 ** 20, 'unlimited', 'x']),
    junk: draw.some(3, () => `x${oddText(draw).replaceAll('\n', '')}`),
  }));

  holds(
    'give control groups, threads and limits among junk',
    files,
    ({ groups, threads, soft, hard, junk }) => {
      const among = (line: string): string => [...junk, line, ...junk].join('\n');
      same(parseGroups(among(`memory\t9\t${groups}\t1`), 'memory'), groups);
      expect(parseGroups(among(`memory\t9\t${groups}\t0`), 'memory')).toBeUndefined();
      same(parseThreads(`0.15 0.29 0.28 2/${threads} 11723\n`), threads);
      const limits = among(
        `Max open files            ${soft}                 ${hard}              files     `,
      );
      same(parseLimit(limits, 'Max open files'), {
        soft,
        hard: typeof hard === 'number' ? hard : undefined,
      });
    },
  );

  const words = ['    0:', 'memory\t', 'Max open files', '0.1 0.1 0.1 1/', '0:     9 8/8 1/1 1/1\n'];
  staysQuick('text', words, (text) => [
    parseKeyUsers(text),
    parseGroups(text, 'memory'),
    parseThreads(text),
    parseLimit(text, 'Max open files'),
    parseLimit(text, 'Max'),
  ]);

  const anything = drawn((draw) => draw.some(4, () => `${oddText(draw)}${draw.int(0, 9)}`).join('\n'));

  holds('that say anything at all give numbers, or nothing', anything, (text) => {
    const readings = readLimits({
      text: () => text,
      entries: () => 3,
      inotify: () => ({ instances: 1, watches: 2 }),
    });
    for (const { limit, used } of readings.values()) {
      expect(limit).toBeGreaterThanOrEqual(0);
      if (used !== undefined) expect(used).not.toBeNaN();
    }
    explainFailure(text, readings, new Map());
  });
});

describe('a host’s state', () => {
  const files = drawn((draw) => {
    const available = draw.int(0, 2 ** 40);
    const lost = draw.chance(0.2);
    return {
      available,
      lost,
      meminfo: `${oddText(draw)}\nMemTotal: 4096 kB\n${lost ? 'MemAvailable: lots' : `MemAvailable:   ${available} kB`}\n${oddText(draw)}\n`,
      stat: `x${oddText(draw)}\nprocs_running ${draw.int(0, 99)}\nprocs_blocked 1\n`,
    };
  });

  holds(
    'is known, or refused: nothing that safety hangs on is a guess',
    files,
    ({ available, lost, meminfo, stat }) => {
      const state = unlessRefused(() =>
        parseHostState({
          meminfo,
          stat,
          loadavg: '0.15 0.29 0.28 2/109 11723\n',
          pidMax: '32768\n',
          pressure: undefined,
          cpus: 2,
        }),
      );
      same(state?.availableBytes, lost ? undefined : available * 1024);
    },
  );

  staysQuick('text', ['MemAvailable: ', 'procs_running ', 'full avg10=0'], (text) =>
    unlessRefused(() =>
      parseHostState({ meminfo: text, stat: text, loadavg: text, pidMax: text, pressure: text, cpus: 2 }),
    ),
  );
});
