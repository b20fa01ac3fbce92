import { describe, expect, it } from 'vitest';
import type { StructuralDifference } from '../../../../results/compare/comparison.ts';
import type { PooledSide } from '../../../../results/compare/pool.ts';
import { structuralDifferences } from '../../../../results/compare/structure.ts';
import type { RunRecord } from '../../../../results/record.ts';
import { buildSide, setService } from '../../../fixtures/records/sides.ts';

const UDEVD = 'systemd-udevd.service';

function differences(bend: (record: RunRecord) => void, base = buildSide('base')): StructuralDifference[] {
  return between(base, buildSide('new', {}, bend));
}

function between(base: PooledSide, next: PooledSide): StructuralDifference[] {
  return structuralDifferences(base, next, [{ id: 'nspawn' }, { id: 'qemu' }]);
}

const texts = (found: readonly StructuralDifference[]): string[] =>
  found.map(({ kind, message }) => `${kind}: ${message}`);

describe('structural differences', () => {
  it('are none between two runs of one image', () => {
    expect(between(buildSide('base', { seed: 1 }), buildSide('new', { seed: 2 }))).toEqual([]);
  });
});

describe('of the image', () => {
  it('summarise what packages were added, removed and changed', () => {
    const found = differences(({ image }) => {
      image.packages = image.packages
        .filter(({ name }) => name !== 'dbus')
        .map((entry) => (entry.name === 'systemd' ? { ...entry, version: '258-1' } : entry))
        .concat(['a', 'b', 'c', 'd', 'e', 'f', 'g'].map((name) => ({ name, version: '1' })));
    });
    expect(found).toMatchInlineSnapshot(`
      [
        {
          "base": "7 packages",
          "kind": "packages",
          "message": "the packages of the image: 7 added (a 1, b 1, c 1, d 1, e 1, and 2 more); 1 removed (dbus 1.1-1); 1 changed (systemd 1.5-1 → 258-1)",
          "next": "13 packages",
          "subject": "packages",
        },
      ]
    `);
  });

  it('name the kernel', () => {
    const found = differences(({ image }) => (image.kernel = '6.13.1-amd64'));
    expect(texts(found)).toEqual([
      'image-kernel: the kernel of the image is 6.13.1-amd64 (was 6.12.57+deb13-cloud-amd64)',
    ]);
  });

  it('give the size where it moved by 1 % at least, which a mere rebuild does not', () => {
    expect(texts(differences(({ image }) => (image.usedBytes *= 1.25)))).toEqual([
      'image-size: the files of the image take 491 MiB (was 393 MiB, +25.0 %)',
    ]);
    expect(differences(({ image }) => (image.usedBytes *= 1.005))).toEqual([]);
  });
});

describe('of the services', () => {
  it('say that a service now runs in the container, and why it did not', () => {
    const found = differences((record) => setService(record, 'nspawn', UDEVD, { state: 'running' }));
    expect(found).toEqual([
      {
        kind: 'service-appeared',
        runtime: 'nspawn',
        subject: UDEVD,
        base: 'skipped: ConditionPathIsReadWrite=/sys',
        next: 'running',
        message: `${UDEVD} now runs in nspawn (was skipped: ConditionPathIsReadWrite=/sys)`,
      },
    ]);
  });

  it.each<[string, string, { state: string; reason?: string } | undefined, string[]]>([
    [
      'vanished',
      'dbus.service',
      { state: 'masked', reason: 'masked' },
      ['service-vanished: dbus.service no longer runs in nspawn: masked: masked (was running)'],
    ],
    [
      'is gone from the image',
      'dbus.service',
      undefined,
      ['service-vanished: dbus.service no longer runs in nspawn: not-installed (was running)'],
    ],
    [
      'is new in the image',
      'cron.service',
      { state: 'running' },
      ['service-appeared: cron.service now runs in nspawn (was not-installed)'],
    ],
    [
      'is a new one-shot',
      'once.service',
      { state: 'exited' },
      ['service-appeared: once.service now runs to its end in nspawn (was not-installed)'],
    ],
    [
      'started failing',
      'dbus.service',
      { state: 'failed', reason: 'result: exit-code' },
      [
        'service-started-failing: dbus.service now fails in nspawn: result: exit-code (was running)',
        'failed-units: 1 failed unit in nspawn (was 0)',
      ],
    ],
    [
      'is idle for another reason',
      UDEVD,
      { state: 'inactive' },
      [`service-state: ${UDEVD} is inactive in nspawn (was skipped: ConditionPathIsReadWrite=/sys)`],
    ],
  ])('tell what a service did that %s', (_, service, state, expected) => {
    expect(texts(differences((record) => setService(record, 'nspawn', service, state)))).toEqual(expected);
  });

  it('count where NEW shows them in more than half of its rounds', () => {
    const changedIn = (rounds: number) =>
      differences((record) =>
        setService(record, 'nspawn', UDEVD, { state: 'running' }, (round) => round <= rounds),
      );
    expect(changedIn(6)).toEqual([]);
    expect(changedIn(7)).toHaveLength(1);
  });

  it('do not count where BASE knew the state too, in more than one round of ten', () => {
    const baseWith = (rounds: number) =>
      buildSide('base', { rounds: 20 }, (record) =>
        setService(record, 'nspawn', UDEVD, { state: 'running' }, (round) => round <= rounds),
      );
    const runs = (record: RunRecord) => setService(record, 'nspawn', UDEVD, { state: 'running' });
    expect(differences(runs, baseWith(2))).toHaveLength(1);
    expect(differences(runs, baseWith(3))).toEqual([]);
  });

  it('are none where a side has no ledger', () => {
    expect(between(buildSide('base'), buildSide('new', { scenarios: ['startup'] }))).toEqual([]);
  });

  it('hold text of a guest as one plain line', () => {
    const evil = 'x\u001b[2J\n::error::pwned\u202e';
    const [found] = differences((record) =>
      setService(record, 'nspawn', evil, { state: 'failed', reason: evil }),
    );
    expect(found?.message).toBe('x ::error::pwned now fails in nspawn: x ::error::pwned (was not-installed)');
  });
});

describe('of the boots', () => {
  const failing = (name: string, rounds: number): PooledSide =>
    buildSide(name, {}, (record) => {
      for (const sample of record.samples) {
        if (sample.runtime === 'qemu' && sample.round <= rounds) sample.outcome = 'timeout';
      }
    });

  it('tell of failures where there were none', () => {
    expect(texts(between(buildSide('base'), failing('new', 1)))).toEqual([
      'failed-boots: qemu: 1 of 12 boots failed (was 0 of 12 boots failed)',
    ]);
  });

  it('leave a share that moves to statistics, and tell where chance does not move it so far', () => {
    expect(between(failing('base', 1), failing('new', 2))).toEqual([]);
    expect(texts(between(failing('base', 1), failing('new', 9)))).toEqual([
      'failed-boots: qemu: 9 of 12 boots failed (was 1 of 12 boots failed)',
    ]);
  });

  it('leave what may fail alone', () => {
    const found = (share: number) =>
      structuralDifferences(buildSide('base'), failing('new', 1), [{ id: 'qemu' }], {
        maxFailedBoots: { share },
      });
    expect(found(0.1)).toEqual([]);
    expect(texts(found(0.05))).toHaveLength(1);
  });

  it('tell of a runtime that no longer boots at all, and of one that was not run', () => {
    expect(texts(between(failing('base', 1), failing('new', 12)))).toEqual([
      'failed-boots: qemu: 12 of 12 boots failed (was 1 of 12 boots failed)',
    ]);
    const without = buildSide('new', { runtimes: ['nspawn'] });
    expect(texts(structuralDifferences(buildSide('base'), without, [{ id: 'nspawn' }]))).toEqual([
      'runtime-missing: qemu was not run in NEW',
    ]);
  });
});
