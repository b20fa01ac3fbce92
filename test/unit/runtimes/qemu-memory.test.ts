import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { GIB, MIB } from '../../../core/units.ts';
import type { Cgroup } from '../../../harness/process/cgroup.ts';
import type { InstanceMeters } from '../../../harness/runtimes/runtime.ts';
import {
  ksmNote,
  metersOf,
  requireHugePages,
  requireTransparentHugePages,
} from '../../../harness/runtimes/qemu-memory.ts';
import { parseHugePages } from '../../../harness/parse/meminfo.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

describe('huge pages', () => {
  const meminfo = [
    'MemTotal:       24682740 kB',
    'AnonHugePages:     12288 kB',
    'HugePages_Total:     300',
    'HugePages_Free:      280',
    'HugePages_Rsvd:       30',
    'HugePages_Surp:        0',
    'Hugepagesize:       2048 kB',
  ].join('\n');

  it('suffice, or the sysctl that makes them is named: with those that others use', () => {
    const host = parseHugePages(meminfo);
    expect(() => requireHugePages(500 * MIB, host)).not.toThrow();
    expect(() => requireHugePages(512 * MIB, host)).toThrow(
      expect.objectContaining({
        kind: 'host',
        code: 'too-few-hugepages',
        message: 'hugepages=on takes 256 free huge pages of 2.00 MiB, and this host has 250',
        hint: 'sysctl vm.nr_hugepages=306',
      }),
    );
  });

  it('are taken whole', () => {
    expect(() => requireHugePages(511 * MIB, parseHugePages(meminfo))).toThrow(
      expect.objectContaining({ kind: 'usage', code: 'bad-combination', hint: 'memory=512M' }),
    );
    expect(() => requireHugePages(512 * MIB, { pageBytes: GIB, total: 4, available: 4 })).toThrow(
      expect.objectContaining({ hint: 'memory=1024M' }),
    );
  });

  it('are missed by a kernel that has none', () => {
    expect(() => requireHugePages(512 * MIB, parseHugePages('MemTotal: 1 kB'))).toThrow(
      expect.objectContaining({ code: 'too-few-hugepages', kind: 'host' }),
    );
  });
});

describe('KSM', () => {
  const file = join(temporaryFolder(), 'run');

  it('is said to do nothing where the host does not run it', () => {
    expect(() => ksmNote(file)).toThrow(expect.objectContaining({ code: 'no-ksm', kind: 'host' }));
    writeFileSync(file, '0\n');
    expect(ksmNote(file)).toContain('KSM does not run on this host');
    writeFileSync(file, '1\n');
    expect(ksmNote(file)).toBeUndefined();
  });
});

describe('transparent huge pages', () => {
  const file = join(temporaryFolder(), 'enabled');
  const complaint = (message: string, hint: string): unknown =>
    expect.objectContaining({ code: 'no-thp', kind: 'host', message, hint });

  it('are asked for in vain where the kernel has none, or gives none out', () => {
    expect(() => requireTransparentHugePages(file)).toThrow(
      complaint('thp=on, and this host’s kernel has no transparent huge pages', 'leave thp out'),
    );
    writeFileSync(file, 'always madvise [never]\n');
    expect(() => requireTransparentHugePages(file)).toThrow(
      complaint(
        `thp=on, and this host’s transparent huge pages are switched off (${file})`,
        `echo madvise | sudo tee ${file}`,
      ),
    );
    for (const choice of ['always [madvise] never', '[always] madvise never']) {
      writeFileSync(file, `${choice}\n`);
      expect(() => requireTransparentHugePages(file)).not.toThrow();
    }
  });
});

describe('the meters of a VM', () => {
  /** A group that holds the process of this test: it has no mapping that is marked or a guest's. */
  function groupOfThisProcess(): Cgroup {
    const folder = join(temporaryFolder(), 'group');
    mkdirSync(folder);
    writeFileSync(join(folder, 'cgroup.procs'), `${process.pid}\n`);
    return { layout: { mode: 'v1', v1: {}, v2Controllers: [] }, name: 'group', folders: [folder] };
  }
  const charge = {
    totalBytes: 100,
    peakBytes: 200,
    anonBytes: 60,
    fileBytes: 20,
    shmemBytes: 10,
    kernelBytes: 5,
  };
  const meters: InstanceMeters = {
    memory: () => Promise.resolve(charge),
    cpuMs: () => Promise.resolve(undefined),
    pids: () => [],
    oomKills: () => undefined,
    processes: () => Promise.resolve([]),
    guestRam: () => Promise.resolve(undefined),
  };

  it('with a plain memfd are those of its control group', () => {
    expect(metersOf('memfd', 512 * MIB, groupOfThisProcess(), meters)).toBe(meters);
  });

  it('with huge pages count all of its RAM, which no control group is charged', async () => {
    const huge = metersOf('hugepages', 512 * MIB, groupOfThisProcess(), meters);
    expect(await huge.memory()).toEqual({
      ...charge,
      totalBytes: 100 + 512 * MIB,
      peakBytes: 200 + 512 * MIB,
      shmemBytes: 10 + 512 * MIB,
    });
    expect(await huge.guestRam()).toEqual({ touchedBytes: 512 * MIB, translationCacheBytes: 0 });
  });

  it.each(['mergeable', 'thp'] as const)('with RAM that is %s keep the total', async (kind) => {
    const anonymous = metersOf(kind, 512 * MIB, groupOfThisProcess(), meters);
    expect(await anonymous.memory()).toEqual(charge);
    expect(await anonymous.guestRam()).toMatchObject({ touchedBytes: 0 });
  });
});
