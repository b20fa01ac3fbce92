import { describe, expect, it } from 'vitest';
import { TwinbootError } from '../../../../core/error.ts';
import { compare, type CompareOptions } from '../../../../results/compare/compare.ts';
import type { Comparison, ComparisonRow } from '../../../../results/compare/comparison.ts';
import type { PooledSide } from '../../../../results/compare/pool.ts';
import { recordSchema, type RunRecord } from '../../../../results/record.ts';
import { buildSide, cut, scale } from '../../../fixtures/records/sides.ts';

function find({ rows }: Comparison, subject: string, metric: string): ComparisonRow | undefined {
  return rows.find((row) => row.subject === subject && row.metric === metric);
}

/** `subject metric: verdict` of every row that does not pass. */
function notable({ rows }: Comparison): string[] {
  return rows
    .filter(({ verdict }) => verdict !== 'pass')
    .map(({ subject, metric, verdict }) => `${subject} ${metric}: ${verdict}`);
}

/** What is printed of the error that a comparison ends in. */
function refusal(base: PooledSide, next: PooledSide, options?: CompareOptions): string {
  try {
    compare(base, next, options);
  } catch (error) {
    if (!(error instanceof TwinbootError)) throw error;
    return `${error.code}, exit ${error.exitCode}: ${error.message}\nhint: ${error.hint ?? ''}`;
  }
  throw new Error('it compared');
}

describe('what is compared', () => {
  const comparison = compare(buildSide('base', { seed: 1 }), buildSide('new', { seed: 2 }));

  it('is startup.ready and the headlines that say something of their own, of each runtime and of the VM over the container', () => {
    const metrics = [
      'startup.ready',
      'startup.cpu',
      'shutdown.total',
      'memory.total',
      'memory.peak',
      'memory.pss',
    ];
    expect(comparison.rows.map(({ subject, metric }) => `${subject} ${metric}`)).toEqual(
      ['nspawn', 'qemu', 'qemu / nspawn'].flatMap((subject) =>
        metrics.map((metric) => `${subject} ${metric}`),
      ),
    );
  });

  it('carries the emulation mark on the VM and on what is divided by it', () => {
    const emulated = comparison.rows.filter((row) => row.emulated).map(({ subject }) => subject);
    expect([...new Set(emulated)]).toEqual(['qemu', 'qemu / nspawn']);
  });

  it('carries the marks of times on times alone, of nested KVM on what has part in it', () => {
    const nested = { emulated: false, virtualization: 'vmware' };
    const { rows } = compare(
      buildSide('base', { ...nested, seed: 1 }),
      buildSide('new', { ...nested, seed: 2 }),
    );
    const marked = rows.filter(({ timeMarks }) => timeMarks?.includes('nested'));
    expect(marked.map(({ subject, metric }) => `${subject} ${metric}`)).toEqual(
      ['qemu', 'qemu / nspawn'].flatMap((subject) =>
        ['startup.ready', 'startup.cpu', 'shutdown.total'].map((metric) => `${subject} ${metric}`),
      ),
    );
  });

  it('names its sides, and is fit for JSON', () => {
    expect(comparison.base).toEqual({
      name: 'base',
      records: ['run-base'],
      startedAt: '2026-11-23T09:00:00.000Z',
      image: 'debian-trixie (9c1185a5c5e9)',
    });
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
  });

  it('is what --metric names, by id or glob, details included', () => {
    const { rows } = compare(buildSide('base'), buildSide('new', { seed: 2 }), {
      metrics: ['startup.k*', 'services.pss'],
    });
    expect(rows.map(({ subject, metric }) => `${subject} ${metric}`)).toEqual([
      // A container boots no kernel: there is no such figure on either side. Details have no ratio.
      'nspawn services.pss',
      'qemu startup.kernel',
      'qemu services.pss',
    ]);
  });
});

describe('verdicts', () => {
  it('are the same for the same sides and seed', () => {
    const sides = [buildSide('base', { seed: 1 }), buildSide('new', { seed: 2 })] as const;
    expect(compare(...sides)).toEqual(compare(...sides));
  });

  it('pass where a run is compared with itself, and say that it is the same run', () => {
    const side = buildSide('base', { rounds: 20 });
    const comparison = compare(side, side);
    expect(comparison.rows.filter(({ verdict }) => verdict === 'regression')).toEqual([]);
    expect(comparison.notes).toContainEqual({ text: 'BASE and NEW are the same run' });
  });

  it('find what got slower in one runtime, and nothing else', () => {
    const slow = buildSide('new', { seed: 2, rounds: 20 }, (record) =>
      scale(record, 'nspawn', 'startup.ready', 1.25),
    );
    const comparison = compare(buildSide('base', { seed: 1, rounds: 20 }), slow);
    expect(find(comparison, 'nspawn', 'startup.ready')).toMatchObject({ verdict: 'regression' });
    expect(comparison.rows.filter(({ verdict }) => verdict === 'regression')).toHaveLength(1);
  });

  it('of a VM over a container find what got slower in the VM alone', () => {
    const slow = buildSide('new', { seed: 2, rounds: 20 }, (record) =>
      scale(record, 'qemu', 'memory.total', 1.3),
    );
    const comparison = compare(buildSide('base', { seed: 1, rounds: 20 }), slow);
    expect(find(comparison, 'qemu', 'memory.total')?.verdict).toBe('regression');
    expect(find(comparison, 'qemu / nspawn', 'memory.total')?.verdict).toBe('regression');
  });

  it('of a VM over a container do not hold a better container against the VM', () => {
    const fast = buildSide('new', { seed: 2, rounds: 20 }, (record) =>
      scale(record, 'nspawn', 'memory.total', 0.7),
    );
    const comparison = compare(buildSide('base', { seed: 1, rounds: 20 }), fast);
    expect(find(comparison, 'nspawn', 'memory.total')?.verdict).toBe('improvement');
    expect(find(comparison, 'qemu / nspawn', 'memory.total')).toMatchObject({
      verdict: 'pass',
      reason: expect.stringMatching(/^the ratio moved because nspawn got better \(0\.[67]/u) as string,
    });
  });

  it('of a VM over a container divide round by round: a host that slows down for both leaves it alone', () => {
    const slowHost = buildSide('new', { seed: 1 }, (record) => {
      for (const runtime of ['nspawn', 'qemu']) scale(record, runtime, 'startup.ready', 2);
    });
    const comparison = compare(buildSide('base', { seed: 1 }), slowHost);
    expect(find(comparison, 'qemu', 'startup.ready')?.ratio).toBeCloseTo(2, 10);
    expect(find(comparison, 'qemu / nspawn', 'startup.ready')?.ratio).toBeCloseTo(1, 10);
    expect(find(comparison, 'qemu / nspawn', 'startup.ready')?.verdict).toBe('pass');
  });

  it('after one round say that there is no interval', () => {
    const one = (name: string, seed: number) =>
      buildSide(name, { seed, rounds: 1, runtimes: ['nspawn'], scenarios: ['startup'] });
    const [row] = compare(one('base', 1), one('new', 2)).rows;
    expect(row).toMatchObject({ verdict: 'inconclusive', base: { n: 1 }, next: { n: 1 } });
    expect(row).not.toHaveProperty('interval');
    expect(row?.reason).toMatchInlineSnapshot(`"one value in BASE and NEW: no interval, no test"`);
  });

  it('pass without any variance where nothing changed, and find the least step where something did', () => {
    const constant = (factor: number) => (record: RunRecord) => {
      for (const { values } of record.samples) for (const value of values) value.value = 100 * factor;
    };
    const base = buildSide('base', {}, constant(1));
    expect(
      new Set(compare(base, buildSide('new', {}, constant(1))).rows.map(({ verdict }) => verdict)),
    ).toEqual(new Set(['pass']));
    const changed = compare(base, buildSide('new', {}, constant(1.1)), { minEffect: 0.05 });
    expect(find(changed, 'nspawn', 'startup.ready')?.verdict).toBe('regression');
    expect(find(changed, 'qemu / nspawn', 'startup.ready')?.verdict).toBe('pass');
  });
});

describe('what is missing', () => {
  it('is a metric that NEW did not measure', () => {
    const next = buildSide('new', { scenarios: ['startup'] });
    const missing = notable(compare(buildSide('base'), next)).filter((row) => row.endsWith('missing'));
    expect(missing).toEqual(
      ['nspawn', 'qemu'].flatMap((runtime) =>
        ['total', 'peak', 'pss'].map((metric) => `${runtime} memory.${metric}: missing`),
      ),
    );
  });

  it('is every metric of a runtime whose boots all failed in NEW, with the reason', () => {
    const next = buildSide('new', {}, (record) => fail(record, 'qemu'));
    const comparison = compare(buildSide('base'), next);
    expect(find(comparison, 'qemu', 'startup.ready')).toMatchObject({
      verdict: 'missing',
      base: { n: 12 },
      next: { n: 0 },
      reason: 'NEW has no value: the kernel panicked',
    });
    expect(find(comparison, 'qemu / nspawn', 'startup.ready')).toBeUndefined();
    expect(comparison.structure).toMatchObject([
      {
        kind: 'failed-boots',
        runtime: 'qemu',
        message: 'qemu: 12 of 12 boots failed (was 0 of 12 boots failed)',
      },
    ]);
  });

  it('is also a runtime whose boots all failed on both sides: that is no pass', () => {
    const failed = (name: string) => buildSide(name, {}, (record) => fail(record, 'qemu'));
    const comparison = compare(failed('base'), failed('new'));
    expect(find(comparison, 'qemu', 'startup.ready')).toMatchObject({
      verdict: 'missing',
      reason: 'BASE has no value: the kernel panicked; NEW has no value: the kernel panicked',
    });
    expect(comparison.notes).toContainEqual({
      runtime: 'qemu',
      text: 'qemu: 12 of 12 boots failed in BASE, 12 of 12 boots failed in NEW',
    });
  });

  it('is nothing of a runtime whose boots all failed in BASE alone: there is nothing to compare with', () => {
    const base = buildSide('base', {}, (record) => fail(record, 'qemu'));
    expect(find(compare(base, buildSide('new')), 'qemu', 'startup.ready')).toMatchObject({
      verdict: 'inconclusive',
      reason: 'BASE has no value: the kernel panicked',
    });
  });

  it('leaves out, with a note, what only NEW has', () => {
    const { rows, notes } = compare(
      buildSide('base', { runtimes: ['nspawn'], scenarios: ['startup'] }),
      buildSide('new', { scenarios: ['startup', 'entropy'] }),
    );
    expect(new Set(rows.map(({ subject }) => subject))).toEqual(new Set(['nspawn']));
    expect(notes).toEqual([
      { runtime: 'qemu', text: 'qemu: not compared, since BASE did not run it' },
      { text: 'entropy.calls: not compared, since BASE did not measure it' },
    ]);
  });

  it('is no ratio that NEW cannot have: both its runtimes have values, so nothing is lost', () => {
    const next = buildSide('next', { seed: 2 }, (record) => {
      const [value] = record.samples
        .filter(({ runtime, phase }) => runtime === 'nspawn' && phase === 'measured')
        .flatMap(({ values }) => values.filter(({ metric }) => metric === 'memory.host-delta'));
      if (value !== undefined) value.value = -1;
    });
    const comparison = compare(buildSide('base'), next, { metrics: ['memory.host-delta'] });
    expect(find(comparison, 'qemu / nspawn', 'memory.host-delta')).toMatchObject({
      verdict: 'inconclusive',
      reason: 'NEW has no value: a value of the container is not above 0: a ratio says nothing',
    });
  });
});

describe('what is refused', () => {
  it('different environments, with every key and both values', () => {
    const other = buildSide('new', {}, (record) => {
      record.host.facts = { ...record.host.facts, cpu: 'AMD EPYC 7R13', 'cpu governor': 'powersave' };
      record.plan.memoryBytes *= 2;
      record.plan.cache = 'cold';
      const [nspawn] = record.runtimes;
      if (nspawn !== undefined) nspawn.version = '258.1';
    });
    expect(refusal(buildSide('base'), other)).toMatchInlineSnapshot(`
      "different-environments, exit 2: BASE and NEW were measured in different environments:
        cpu: Intel Xeon Platinum 8375C → AMD EPYC 7R13
        memory limit: 512 MiB → 1024 MiB
        cache mode: warm → cold
        nspawn version: 257.9 → 258.1
        cpu governor: not recorded → powersave
      hint: measure both on one host with the same limits, or compare all the same with --force"
    `);
  });

  it('unless forced: then every difference is in the comparison', () => {
    const other = buildSide('new', {}, (record) => {
      record.host.facts = { ...record.host.facts, kernel: '6.12.0' };
    });
    const forced = compare(buildSide('base'), other, { force: true });
    expect(forced.environment).toEqual([{ key: 'kernel', base: '6.1.155', next: '6.12.0' }]);
    expect(forced.rows).toHaveLength(18);
  });

  it('KVM against emulation, even when forced: the other runtimes are compared, and a note says so', () => {
    const kvm = buildSide('base', { emulated: false });
    const tcg = buildSide('new', { emulated: true });
    expect(refusal(kvm, tcg)).toMatchInlineSnapshot(`
      "different-environments, exit 2: BASE and NEW were measured in different environments:
        qemu accelerator: kvm → tcg
      hint: measure both on one host with the same limits, or compare all the same with --force"
    `);
    const { rows, notes } = compare(kvm, tcg, { force: true });
    expect(new Set(rows.map(({ subject }) => subject))).toEqual(new Set(['nspawn']));
    expect(notes).toEqual([
      { runtime: 'qemu', text: 'qemu: not compared, since it was emulated (TCG) in NEW only' },
    ]);
  });

  it('KVM against emulation where there is nothing else, forced or not', () => {
    const kvm = buildSide('base', { emulated: false, runtimes: ['qemu'] });
    const tcg = buildSide('new', { emulated: true, runtimes: ['qemu'] });
    expect(refusal(kvm, tcg, { force: true })).toMatchInlineSnapshot(`
      "no-common-runtime, exit 2: there is no runtime to compare: qemu was emulated (TCG) on one side only
      hint: an emulated figure is never compared with one of KVM"
    `);
  });

  it('sides without a common runtime', () => {
    expect(refusal(buildSide('base', { runtimes: ['nspawn'] }), buildSide('new', { runtimes: ['qemu'] })))
      .toMatchInlineSnapshot(`
      "no-common-runtime, exit 2: there is no runtime to compare: BASE has nspawn, NEW has qemu
      hint: run both with the same --runtime"
    `);
  });

  it('sides without a common metric', () => {
    expect(
      refusal(buildSide('base', { scenarios: ['startup'] }), buildSide('new', { scenarios: ['memory'] })),
    ).toMatchInlineSnapshot(`
      "no-common-metric, exit 2: there is no metric to compare: BASE measured startup, NEW measured memory
      hint: run both with the same scenarios, or choose other metrics with --metric"
    `);
  });

  it('a metric that neither side knows', () => {
    expect(refusal(buildSide('base'), buildSide('new'), { metrics: ['startup.redy'] }))
      .toMatchInlineSnapshot(`
      "unknown-metric, exit 2: neither record has a metric "startup.redy"
      hint: did you mean startup.ready?"
    `);
  });

  it('a BASE without any value', () => {
    const base = buildSide('base', { allFail: true });
    expect(refusal(base, buildSide('new'))).toMatchInlineSnapshot(`
      "no-values, exit 2: BASE has no value to compare with (nspawn: 12 of 12 boots failed; qemu: 12 of 12 boots failed)
      hint: choose a BASE whose boots succeeded"
    `);
  });

  it('a negative time in a record that was edited by hand', () => {
    const edited = buildSide('new', { seed: 3 }, (record) => {
      const sample = record.samples.find(({ phase }) => phase === 'measured');
      const value = sample?.values.find(({ metric }) => metric === 'startup.ready');
      if (value !== undefined) value.value = -12;
    });
    expect(refusal(buildSide('base'), edited)).toMatchInlineSnapshot(`
      "impossible-value, exit 2: record run-new: startup.ready is -12 ms in samples[6] (startup of nspawn, measured round 1), which no measurement gives
      hint: measure again; a record that was edited by hand proves nothing"
    `);
  });

  it('a value that is no number, should one come without passing through JSON', () => {
    const edited = buildSide('base', {}, (record) => scale(record, 'nspawn', 'startup.cpu', NaN));
    expect(refusal(edited, buildSide('new'))).toMatch(
      /^impossible-value, exit 2: record run-base: startup.cpu is NaN ms in samples\[\d+\] \(startup of nspawn/u,
    );
  });

  it('but not a negative difference of bytes', () => {
    const falling = buildSide('new', {}, (record) => scale(record, 'nspawn', 'memory.host-delta', -1));
    expect(() => compare(buildSide('base'), falling)).not.toThrow();
  });
});

describe('notes', () => {
  it('say that a run was cut short, is still going on, or was measured by another twinboot', () => {
    const next = buildSide('new', { state: 'running' }, (record) => {
      record.tool.version = '9.9.9';
      cut(record, 8);
    });
    expect(compare(buildSide('base', { state: 'interrupted' }), next).notes).toEqual([
      { text: 'BASE: run run-base was interrupted; what it measured counts' },
      { text: 'NEW: run run-new has not ended; what it measured so far counts' },
      { text: 'measured by twinboot 0.1.0 and 9.9.9' },
    ]);
  });
});

describe('the fixtures', () => {
  it('are records as the schema has them', () => {
    expect(() => recordSchema.parse(buildSide('base').records[0])).not.toThrow();
  });
});

function fail(record: RunRecord, runtime: string): void {
  for (const sample of record.samples) {
    if (sample.runtime !== runtime) continue;
    Object.assign(sample, {
      outcome: 'failed',
      values: [],
      missing: [],
      details: {},
      error: { code: 'kernel-panic', message: 'the kernel panicked' },
    });
  }
}
