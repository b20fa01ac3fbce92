import { describe, expect } from 'vitest';
import { parseMemoryV1, parseMemoryV2, parseStat } from '../../../harness/parse/cgroup-memory.ts';
import { parseContextSwitches } from '../../../harness/parse/context-switches.ts';
import { parseCachedBytes } from '../../../harness/meters/file-cache.ts';
import { parseMeminfo } from '../../../harness/parse/meminfo.ts';
import { parseSmapsRollup } from '../../../harness/parse/smaps-rollup.ts';
import {
  broken,
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

const FIELDS = ['MemTotal', 'MemAvailable', 'Active(anon)', 'Hugetlb', 'constructor', '__proto__'];

describe('meminfo', () => {
  const text = rows<[string, number]>(
    (draw) => {
      const [name, kib] = [draw.of(FIELDS), draw.int(0, 2 ** 42)];
      return { text: `${name}:${' '.repeat(draw.int(1, 9))}${kib} kB`, says: [name, kib * 1024] };
    },
    (line) => /^[\w()]+:\s+\d{1,18} kB$/.test(line),
  );

  holds('has every readable field, and no other', text, (lines) => {
    same(parseMeminfo(textOf(lines)), new Map(saidBy(lines)));
  });

  staysQuick('text', ['MemTotal: ', 'MemTotal:'], parseMeminfo);
});

describe('memory.stat, cpu.stat and memory.events', () => {
  const text = rows<[string, number]>(
    (draw) => {
      const [key, value] = [
        draw.of(['anon', 'file', 'shmem', 'kernel', 'oom_kill', '__proto__']),
        draw.int(0, 2 ** 52),
      ];
      return { text: `${key} ${value}`, says: [key, value] };
    },
    (line) => /^\S+ \d+$/.test(line),
  );

  holds('have every readable value, and no other', text, (lines) => {
    same(parseStat(textOf(lines)), new Map(saidBy(lines)));
  });

  const charge = drawn((draw) => {
    const bytes = {
      anon: draw.int(0, 2 ** 40),
      file: draw.int(2 ** 20, 2 ** 40),
      shmem: draw.int(0, 2 ** 20),
    };
    const lines = (names: Record<string, number>): string[] =>
      Object.entries(names).map((pair) => pair.join(' '));
    const v2 = lines(bytes);
    const v1 = lines({ total_rss: bytes.anon, total_cache: bytes.file, total_shmem: bytes.shmem });
    const lost = draw.chance(0.3) ? draw.int(0, 2) : undefined;
    const spoil = (line: string, index: number): string =>
      index === lost ? `${line}${draw.of(['x', ' 1', '\r'])}` : line;
    const usage = draw.int(0, 2 ** 50);
    const isUsageRead = draw.chance(0.9);
    return {
      bytes,
      usage,
      isWhole: lost === undefined && isUsageRead,
      usageText: isUsageRead
        ? `${usage}\n`
        : draw.of(['', '-1', `${usage} x`, 'max\n', 'NaN', oddText(draw, 3)]),
      v2: [...v2.map(spoil), oddText(draw)].join('\n'),
      v1: [oddText(draw), ...v1.map(spoil)].join('\n'),
    };
  });

  holds(
    'give a whole charge, or none: never a smaller one',
    charge,
    ({ bytes, usage, isWhole, usageText, v1, v2 }) => {
      const expected = {
        totalBytes: usage,
        anonBytes: bytes.anon,
        fileBytes: bytes.file - bytes.shmem,
        shmemBytes: bytes.shmem,
      };
      for (const memory of [
        unlessRefused(() =>
          parseMemoryV1({ usage: usageText, peak: undefined, stat: v1, kernel: undefined }),
        ),
        unlessRefused(() => parseMemoryV2({ usage: usageText, peak: undefined, stat: v2 })),
      ]) {
        if (isWhole) expect(memory).toMatchObject(expected);
        else if (memory !== undefined)
          same(
            Object.values(memory).every((value) => value === undefined || value >= 0),
            true,
          );
      }
    },
  );

  staysQuick('text', ['anon ', 'anon 1\nfile 1\nshmem 1\n'], (stat) => [
    parseStat(stat),
    unlessRefused(() => parseMemoryV2({ usage: stat, peak: stat, stat })),
  ]);
});

const ROLLUP = ['Rss', 'Pss', 'Pss_Anon', 'Pss_File', 'Pss_Shmem', 'Private_Clean', 'Private_Dirty'];

describe('smaps_rollup', () => {
  const file = drawn((draw) => {
    const sizes = ROLLUP.map((name) => ({ name, kib: draw.int(0, 2 ** 40) }));
    const lost = draw.chance(0.3) ? draw.int(0, ROLLUP.length - 1) : undefined;
    const lines = sizes.map(({ name, kib }, index) =>
      index === lost ? `${name}: x ${kib} kB` : `${name}:    ${kib} kB`,
    );
    for (const line of draw.some(4, () =>
      draw.of([oddText(draw), `X${broken(draw, 'Pss:  5 kB')}`, 'Referenced: 7 kB']),
    ))
      lines.splice(draw.int(0, lines.length), 0, line);
    return { lines, sizes: sizes.map(({ kib }) => kib * 1024), isWhole: lost === undefined };
  });

  holds('is read whole, or not at all', file, ({ lines, sizes, isWhole }) => {
    const [rssBytes, pssBytes, pssAnonBytes, pssFileBytes, pssShmemBytes, clean = 0, dirty = 0] = sizes;
    same(
      parseSmapsRollup(lines.join('\n')),
      isWhole
        ? { rssBytes, pssBytes, pssAnonBytes, pssFileBytes, pssShmemBytes, ussBytes: clean + dirty }
        : undefined,
    );
  });

  staysQuick('text', ['Rss:', 'Pss: 1', 'Rss:\n'], parseSmapsRollup);
});

describe('context switches', () => {
  const file = drawn((draw) => ({
    own: draw.int(0, 2 ** 40),
    forced: draw.int(0, 2 ** 40),
    junk: draw.some(3, () => `Name:\t${oddText(draw).replaceAll('\n', '')}`),
  }));

  holds('are the sum of both kinds, and unknown where one is missing', file, ({ own, forced, junk }) => {
    const text = `${junk.join('\n')}\nvoluntary_ctxt_switches:\t${own}\n`;
    same(parseContextSwitches(`${text}nonvoluntary_ctxt_switches:\t${forced}\n`), own + forced);
    expect(parseContextSwitches(text)).toBeUndefined();
  });

  staysQuick('text', ['voluntary_ctxt_switches:', 'nonvoluntary_ctxt_switches:\t1'], parseContextSwitches);
});

describe('what is cached of files', () => {
  const answer = rows<number>(
    (draw) => {
      const bytes = draw.int(0, 2 ** 48);
      return { text: String(bytes), says: bytes };
    },
    (line) => /^\s*\d{1,20}\s*$/.test(line),
    4,
  );

  holds('is the sum, where every file has its size', answer, (lines) => {
    const said = saidBy(lines);
    const sum = said.length === 0 ? undefined : said.reduce((total, bytes) => total + bytes, 0);
    same(
      parseCachedBytes(textOf(lines), Math.max(1, lines.length)),
      said.length === lines.length ? sum : undefined,
    );
  });

  staysQuick('text', ['1'], (text) => parseCachedBytes(text, 1));
});
