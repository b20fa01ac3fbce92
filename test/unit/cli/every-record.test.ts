import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../../../core/error.ts';
import type { Unit } from '../../../core/units.ts';
import { isLeading, recordSchema, type RunRecord } from '../../../results/record.ts';
import { densityRecord } from '../../fixtures/records/density.ts';
import { fleetRecord } from '../../fixtures/records/fleet.ts';
import { buildRecord } from '../../fixtures/records/record.ts';
import { twinboot, type Told } from '../../support/terminal.ts';

const BOTH = ['--runtime', 'fake', '--runtime', 'fake:kind=vm'];
const FLEET = [...BOTH, '--reserve', '64M', '--memory', '64M'];

/** Records that `run` writes in this process, by its words. */
const runs: Readonly<Record<string, readonly string[]>> = {
  'single boots': [...BOTH, '--rounds', '6'],
  'one round': [...BOTH, '--rounds', '1', '--warmup', '0'],
  'a container alone': ['--runtime', 'fake', '--rounds', '3'],
  'some boots failed': [...BOTH, '--runtime', 'fake:fail=sometimes', '--rounds', '6'],
  'every boot failed': ['--runtime', 'fake:fail=exit', '--rounds', '2'],
  'a VM that never comes up': ['--runtime', 'fake', '--runtime', 'fake:fail=panic,kind=vm', '--rounds', '3'],
  density: ['density', ...FLEET, '--instances', '1,2,3,4,6'],
  'density beside single boots': ['startup', 'density', ...FLEET, '--instances', '1,2', '--rounds', '2'],
  'density that lost instances': [
    'density',
    '--runtime',
    'fake:fail=sometimes,seed=3',
    '--reserve',
    '64M',
    '--instances',
    '4,8',
  ],
  storm: ['storm', ...FLEET, '--bursts', '1,3'],
  'minimum memory': ['minimum-memory', ...FLEET],
};

/** Records that the fake runtime cannot be made to give; each valid as `run` writes it. */
const made: Readonly<Record<string, () => RunRecord>> = {
  'under KVM': () => buildRecord({ emulated: false, rounds: 12 }),
  emulated: () => buildRecord({ emulated: true, rounds: 12 }),
  'a fleet on a host that ran short': () => fleetRecord(),
  'density with residue of floats': () => {
    const record = densityRecord({ scenarios: ['density'], series: 2 });
    for (const value of record.samples.flatMap(({ values }) => values))
      if (value.metric === 'density.idle-cpu') value.value = -1.8e-14;
    return record;
  },
  'killed before the first boot': () => ({ ...begun(), samples: [] }),
  'killed in the middle of a round': () => ({ ...begun(), samples: begun().samples.slice(0, -3) }),
  'interrupted in the warm-up': () => ({
    ...begun(),
    state: 'interrupted',
    samples: begun().samples.filter(({ phase }) => phase === 'warmup'),
  }),
  'without what later releases added': () => {
    const record = buildRecord({ rounds: 3 });
    delete record.plan.stopTimeoutMs;
    delete record.host.virtualization;
    delete record.host.machine;
    return record;
  },
};

function begun(): RunRecord {
  const record = buildRecord({ state: 'running', rounds: 3 });
  delete record.endedAt;
  return record;
}

type Command = 'report' | 'compare' | 'gate' | 'baseline' | 'history' | 'noise' | 'plan';

/** What a record is rightly refused for, or given no figure. Whatever is not here is taken. */
const reasons: Readonly<Record<string, Partial<Record<Command, RegExp>>>> = {
  'every boot failed': {
    compare: /^error: BASE has no value to compare with \(fake:fail=exit: 1 of 1 boots failed\)/,
    baseline: /^error: run \S+ has no value of fake:fail=exit: it is no baseline/,
    noise: /failed boots: fake:fail=exit: 1 of 1 boots failed/,
  },
  'a VM that never comes up': {
    baseline: /^error: run \S+ has no value of fake:kind=vm,fail=panic: it is no baseline/,
  },
  'killed before the first boot': {
    compare: /^error: BASE has no value to compare with \(nspawn: no boot was measured; qemu: no boot /,
    baseline: /^error: run \S+ was cut short: it is no baseline/,
    noise: /There is not a single value/,
  },
  'killed in the middle of a round': { baseline: /^error: run \S+ was cut short: it is no baseline/ },
  'interrupted in the warm-up': {
    compare: /^error: BASE has no value to compare with \(nspawn: no boot was measured; qemu: no boot /,
    baseline: /^error: run \S+ was cut short: it is no baseline/,
    noise: /There is not a single value/,
  },
};

let folder: string;
const folderOf = (kind: string): string => join(folder, 'runs', kind.replaceAll(' ', '-'), 'run');
const recordIn = (path: string): RunRecord =>
  recordSchema.parse(JSON.parse(readFileSync(join(path, 'run.json'), 'utf8')));

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-every-'));
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
  const keep = (kind: string, record: RunRecord): void => {
    mkdirSync(folderOf(kind), { recursive: true });
    writeFileSync(join(folderOf(kind), 'run.json'), JSON.stringify(recordSchema.parse(record)));
  };
  const onlyFolder = (out: string): string => join(out, readdirSync(out)[0] ?? '');

  for (const [kind, words] of Object.entries(runs)) {
    const out = join(folder, 'made', kind);
    await twinboot(['run', ...words, '--out', out, '--seed', '4', '--quiet']);
    keep(kind, recordIn(onlyFolder(out)));
  }
  const out = join(folder, 'made', 'ab');
  const sides = ['--a', 'fake', '--b', 'fake:ready-ms=540'];
  await twinboot(['ab', 'startup', ...sides, '--max-rounds', '6', '--out', out]);
  keep('A of ab', recordIn(join(onlyFolder(out), 'a')));
  keep('B of ab', recordIn(join(onlyFolder(out), 'b')));
  for (const [kind, make] of Object.entries(made)) keep(kind, make());
}, 240_000);

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe.each([...Object.keys(runs), 'A of ab', 'B of ab', ...Object.keys(made)])(
  'a record of: %s',
  { timeout: 60_000 },
  (kind) => {
    const run = (): string => folderOf(kind);
    const reasonOf = (command: Command): RegExp | undefined => reasons[kind]?.[command];

    it('has a report and every export', async () => {
      taken(await twinboot(['report', run()]));
      const files = readdirSync(run(), { recursive: true, encoding: 'utf8' });
      for (const file of files.filter((name) => /\.(csv|json|md|txt|html)$/.test(name)))
        if (file !== 'run.json')
          expect(oddNumbers(readFileSync(join(run(), file), 'utf8')), file).toEqual([]);
    });

    it.each(['table', 'json', 'junit', 'github', 'markdown'])(
      'is compared with itself as %s',
      async (format) => {
        const told = await twinboot(['compare', run(), run(), '--metric', '*', '--format', format]);
        takenOrNot(told, reasonOf('compare'));
      },
    );

    it('is no regression over itself', async () => {
      const told = await twinboot(['compare', run(), run()]);
      takenOrNot(told, reasonOf('compare'));
      expect(told.out).not.toContain('regression');
    });

    it('is judged by a gate, becomes its baseline, and is judged against that', async () => {
      const rules = rulesFor(run(), recordIn(run()));
      taken(await twinboot(['gate', rules, '--run', run()]));
      const first = await twinboot(['gate', rules, '--run', run(), '--save-baseline']);
      // A gate that fails saves nothing; one that holds can still find the record unfit.
      const isUnfit = first.exitCode === exitCodes.usage;
      takenOrNot(first, isUnfit ? reasonOf('baseline') : undefined);
      expect(first.notes.includes('saved as the baseline main')).toBe(first.exitCode === exitCodes.ok);
      taken(await twinboot(['gate', rules, '--run', run(), '--format', 'markdown']));
    });

    it('is a baseline, or it is said why not', async () => {
      const dir = ['--dir', join(run(), 'baselines-of-its-own')];
      const saved = await twinboot(['baseline', 'save', run(), ...dir]);
      takenOrNot(saved, reasonOf('baseline'));
      taken(await twinboot(['baseline', 'list', '--json', ...dir]));
      if (saved.exitCode !== exitCodes.ok) return;
      for (const words of [
        ['show', 'main'],
        ['show', 'main', '--json'],
        ['rm', 'main'],
      ])
        taken(await twinboot(['baseline', ...words, ...dir]));
    });

    it.each([[], ['--json'], ['--html']])('is part of a history %j', async (...words) => {
      taken(await twinboot(['history', join(run(), '..'), ...words]));
    });

    it.each(['table', 'json'])('says something of noise as %s', async (format) => {
      const told = await twinboot(['noise', run(), '--format', format]);
      if (reasonOf('noise') === undefined) taken(told);
      else expect(told).toMatchObject({ exitCode: exitCodes.run });
      if (format === 'table') expect(told.out).toMatch(reasonOf('noise') ?? /./);
      expect(oddNumbers(told.out)).toEqual([]);
    });

    it.each(['table', 'json'])('is planned with where it has a density sample, as %s', async (format) => {
      const host = ['--host-memory', '64G', '--host-cpus', '8', '--instances', '100'];
      const told = await twinboot(['plan', run(), ...host, '--format', format, '--out', join(run(), 'plan')]);
      const hasDensity = recordIn(run()).samples.some(({ scenario }) => scenario === 'density');
      takenOrNot(told, hasDensity ? undefined : /^error: run \S+ has no density sample to plan with/);
    });
  },
);

/** It was taken: it ended well, or with a verdict that has its sentence. */
function taken({ exitCode, out, notes }: Told): void {
  if (exitCode === exitCodes.gate) expect(`${out}\n${notes}`).toMatch(/^Fails: /m);
  else expect(exitCode, notes).toBe(exitCodes.ok);
  expect(oddNumbers(`${out}\n${notes}`)).toEqual([]);
}

function takenOrNot(told: Told, reason: RegExp | undefined): void {
  if (reason === undefined) {
    taken(told);
    return;
  }
  expect(told.exitCode).toBe(exitCodes.usage);
  expect(told.notes).toMatch(reason);
}

/** What no figure is, each with the text before it: a number that is none, and a 0 below 0. */
function oddNumbers(text: string): string[] {
  // In base64 (digests of scripts, pictures) any word may stand.
  const shown = text
    .replaceAll(/<(script|style)\b[^]*?<\/\1>/g, '')
    .replaceAll(/(?:sha256-|base64,)[\w+/]+=*/g, '');
  return [
    ...shown.matchAll(/.{0,60}(?:\bNaN\b|Infinity|\bundefined\b|(?<![\w.-])-0(?:\.0+)?(?![\d.]))/g),
  ].map(([found]) => found);
}

const limits: Readonly<Record<Unit, string>> = {
  ms: '1000 s',
  ns: '1000000000000',
  bytes: '100 GiB',
  count: '10000',
  'ms/s': '10000',
  'count/s': '10000',
  ratio: '10000',
};

/** A gate's file with a limit, a relative one and one on the ratio for every leading metric of the record. */
function rulesFor(run: string, { runtimes, scenarios }: RunRecord): string {
  const isPair = new Set(runtimes.map(({ kind }) => kind)).size === 2;
  const metrics = scenarios.flatMap((scenario) => scenario.metrics.filter(isLeading));
  const measured = new Set(
    recordIn(run).samples.flatMap(({ runtime, values }) =>
      values.map(({ metric }) => `${runtime} ${metric}`),
    ),
  );
  const file = join(run, 'twinboot.yaml');
  writeFileSync(
    file,
    [
      'baseline: baselines',
      'max-failed-boots: 100',
      'metrics:',
      ...metrics
        .filter(({ id }) => runtimes.every((runtime) => measured.has(`${runtime.id} ${id}`)))
        .map(({ id, unit }) => {
          const ratio = isPair && id === 'startup.ready' ? ', vm/container: { max: 1000000 }' : '';
          return `  ${id}: { max: ${limits[unit]}, regression: 50%${ratio} }`;
        }),
      'max-image-size: 100 GiB',
    ]
      .join('\n')
      .replace(/metrics:\nmax/, 'max'),
  );
  return file;
}
