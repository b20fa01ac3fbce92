import { describe } from 'vitest';
import { parseProcesses, type GuestProcess } from '../../../harness/parse/processes.ts';
import { broken, drawn, holds, oddText, staysQuick, type Draw, same } from '../../support/property.ts';

const UNITS = [
  ['system.slice/dbus.service', 'dbus.service'],
  ['system.slice/system-getty.slice/getty@tty1.service', 'getty@tty1.service'],
  ['user.slice/user-0.slice/user@0.service/app.slice/x.service', 'user@0.service'],
  ['elsewhere', undefined],
] as const;

/** Of one process: its lines as grep gives them, and what they say. */
function processLines(draw: Draw, pid: number): { lines: string[]; says: GuestProcess } {
  // The kernel writes a newline in a name as two characters.
  const name = oddText(draw, 3).replaceAll('\n', '\\n');
  const [group, unit] = pid === 1 ? ['init.scope', 'init.scope'] : draw.of(UNITS);
  const kib = Array.from({ length: 7 }, () => draw.int(0, 2 ** 30));
  const [rss = 0, pss = 0, anon = 0, file = 0, shmem = 0, clean = 0, dirty = 0] = kib;
  const [user, system] = [draw.int(0, 2 ** 30), draw.int(0, 2 ** 30)];
  const rollup = { Rss: rss, Pss: pss, Pss_Anon: anon, Pss_File: file, Pss_Shmem: shmem };
  const sizes = Object.entries({ ...rollup, Private_Clean: clean, Private_Dirty: dirty });
  return {
    lines: [
      ...sizes.map(([field, size]) => `smaps_rollup:${field}:   ${size} kB`),
      `stat:${pid} (${name}) S 0 1 1 0 -1 4194560 1899 0 0 0 ${user} ${system} 0 0 20 0 1 0 0`,
      `cgroup:0::/${group}`,
    ].map((line) => `/proc/${pid}/${line}`),
    says: {
      pid,
      name,
      rssBytes: rss * 1024,
      pssBytes: pss * 1024,
      pssAnonBytes: anon * 1024,
      pssFileBytes: file * 1024,
      pssShmemBytes: shmem * 1024,
      ussBytes: (clean + dirty) * 1024,
      cpuMs: (user + system) * 10,
      unit,
    },
  };
}

describe('processes', () => {
  const answer = drawn((draw) => {
    const known = [1, 20, 300].slice(0, draw.int(1, 3)).map((pid) => processLines(draw, pid));
    const lines = known.flatMap(({ lines: own }) => own);
    // Of a process that nothing else is known of: it ended, or it is a kernel thread.
    const gone = `/proc/4000/${draw.of(['stat:4000 (', 'smaps_rollup:Pss: 1 kB', 'cgroup:0::/'])}`;
    const junk = draw.some(4, () => draw.of([oddText(draw), broken(draw, gone), `/proc/x/${oddText(draw)}`]));
    for (const line of junk.filter((text) => !/^\/proc\/(1|20|300)\//.test(text)))
      lines.splice(draw.int(0, lines.length), 0, line);
    return { lines, says: known.map(({ says }) => says) };
  });

  holds('are read exactly, junk and odd names among them', answer, ({ lines, says }) => {
    same(parseProcesses(lines), says);
  });

  staysQuick('lines', ['/proc/1/stat:1 (', '/proc/1/smaps_rollup:Pss:', '/proc/1/cgroup:0::/'], (text) =>
    parseProcesses([`/proc/1/stat:1 (a) S${' 1'.repeat(30)}`, text, ...text.split('\n')]),
  );
});
