import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { recordSchema, type RunRecord } from '../../../../results/record.ts';
import { exposureRecord } from '../../../fixtures/records/exposure.ts';
import { buildRecord } from '../../../fixtures/records/record.ts';
import { twinboot, type Told } from '../../../support/terminal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-gate-'));
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** What was said, with what differs from place to place called by a name. */
const plain = (text: string): string =>
  text
    .replaceAll(/\S*twinboot-gate-[^/\s]+/g, 'FOLDER')
    .replaceAll(/-[0-9a-f]{12}/g, '-KEY')
    .replaceAll(/ +$/gm, '');

function write(text: string): string {
  const file = join(folder, 'twinboot.yaml');
  writeFileSync(file, text);
  return file;
}

function keep(record: RunRecord, name = 'run'): string {
  const run = join(folder, name);
  mkdirSync(run, { recursive: true });
  writeFileSync(join(run, 'run.json'), JSON.stringify(record));
  return run;
}

/** Judges a record by a file's text. */
function gate(text: string, record: RunRecord, ...words: string[]): Promise<Told> {
  return twinboot(['gate', write(text), '--run', keep(record), ...words]);
}

const record = (): RunRecord => buildRecord({ rounds: 12, failedBoot: false, hostile: false });

const RULES = `
runtimes: [nspawn, qemu]
max-image-size: 500 MiB
metrics:
  startup.ready: { max: 1 s, vm: { max: 20 s }, vm/container: { max: 50 } }
services:
  container: { forbid: [systemd-udevd], require: [dbus] }
`;

describe('twinboot gate --run', () => {
  it('passes with a table of the rules, and says why in the last line', async () => {
    const { exitCode, out, notes } = await gate(RULES, record());
    expect(exitCode).toBe(0);
    expect(out).toMatchInlineSnapshot(`
      "rule                                 measured                                                 limit                  verdict
      nspawn
        ✓ failed boots                     0 of 12                                                  at most 0              pass
        ✓ systemd-udevd.service forbidden  skipped: ConditionPathIsReadWrite=/sys (12 of 12 boots)  may not be started     pass
        ✓ dbus.service required            running (12 of 12 boots)                                 must run, or have run  pass
        ✓ startup.ready max                448 ms [441 ms, 453 ms], n = 12                          at most 1 s            pass
      qemu *
        ✓ failed boots                     0 of 12                                                  at most 0              pass
        ✓ startup.ready max                14.3 s [14.1 s, 14.4 s], n = 12                          at most 20 s           pass
      image
        ✓ image size                       393 MiB                                                  at most 500 MiB        pass
      qemu / nspawn *
        ✓ startup.ready max                31.9 [31.0, 32.7], n = 12                                at most 50             pass

      * emulated (TCG): not a KVM figure

      Passes: 8 of 8 rules hold."
    `);
    expect(notes).toBe('');
  });

  it('fails with exit 1, and says which rule', async () => {
    const { exitCode, out } = await gate(RULES.replace('max: 1 s', 'max: 100 ms'), record());
    expect(exitCode).toBe(1);
    expect(out.split('\n').at(-1)).toMatchInlineSnapshot(
      `"Fails: 1 of 8 rules: startup.ready max in nspawn: 448 ms [441 ms, 453 ms], n = 12 (at most 100 ms)."`,
    );
  });

  it('takes the form of other programs to standard output, and the sentence beside it', async () => {
    const { out, notes } = await gate(RULES, record(), '--format', 'json');
    expect(JSON.parse(out)).toMatchObject({ passed: true, rows: expect.any(Array) as unknown[] });
    expect(notes).toMatch(/^Passes: /);
    expect((await gate(RULES, record(), '--format', 'junit')).out).toMatch(/^<\?xml /);
    expect((await gate(RULES, record(), '--format', 'github')).out).toMatch(
      /^::notice title=twinboot gate::Passes/,
    );
    expect((await gate(RULES, record(), '--format', 'markdown')).out).toMatch(/^## ✅ twinboot gate/);
  });
});

describe('twinboot gate with a baseline', () => {
  const RELATIVE = 'metrics: { startup.ready: { regression: 10% } }';
  const baselines = () => join(folder, '.twinboot', 'baselines');
  const slower = (): RunRecord => {
    const slow = record();
    for (const { values } of slow.samples) {
      for (const value of values) if (value.metric === 'startup.ready') value.value *= 1.3;
    }
    return slow;
  };

  it('fails without one, and says how to make it', async () => {
    const { exitCode, out } = await gate(RELATIVE, record());
    expect(exitCode).toBe(1);
    expect(plain(out.split('\n').at(-1) ?? '')).toMatchInlineSnapshot(
      `"Fails: 2 of 4 rules; first of all startup.ready regression in nspawn: no baseline of image debian-trixie in FOLDER/.twinboot/baselines; make one with: twinboot baseline save RUN --name main --dir FOLDER/.twinboot/baselines."`,
    );
  });

  it('makes the first run the baseline where told to, beside the file; and only the first', async () => {
    const first = await gate(RELATIVE, record(), '--save-baseline');
    expect(first.exitCode).toBe(0);
    expect(first.out).toContain('2 skipped for want of a baseline');
    expect(plain(first.notes)).toMatchInlineSnapshot(
      `"saved as the baseline main/debian-trixie-KEY: commit FOLDER/.twinboot/baselines/main/debian-trixie-KEY"`,
    );

    const second = await gate(RELATIVE, { ...record(), id: 'second' }, '--save-baseline');
    expect(second.exitCode).toBe(0);
    expect(second.notes).toBe('');
    expect(second.out).toContain(`baseline  run ${record().id}`);
  });

  it('saves no run that fails', async () => {
    const failing = `${RELATIVE}\nmax-image-size: 1 MiB`;
    const { exitCode, notes } = await gate(failing, record(), '--save-baseline');
    expect(exitCode).toBe(1);
    expect(notes).toBe('not saved as the baseline: the gate failed');
    expect(existsSync(baselines())).toBe(false);
  });

  it('fails on a regression', async () => {
    await gate(RELATIVE, record(), '--save-baseline');
    const { exitCode, out } = await gate(RELATIVE, slower());
    expect(exitCode).toBe(1);
    expect(out.split('\n').at(-1)).toMatch(
      /^Fails: 2 of 4 rules; first of all startup\.ready regression in nspawn: 1\.30 /,
    );
  });

  it('of another host is refused, with what differs', async () => {
    await gate(RELATIVE, record(), '--save-baseline');
    const elsewhere = record();
    elsewhere.host.facts.cpu = 'AMD EPYC 7R13';
    const { exitCode, out } = await gate(RELATIVE, elsewhere);
    expect(exitCode).toBe(1);
    expect(plain(out.split('\n').at(-1) ?? '')).toMatchInlineSnapshot(
      `"Fails: 2 of 4 rules; first of all startup.ready regression in nspawn: no baseline for this host: main/debian-trixie-KEY differs in cpu: Intel Xeon Platinum 8375C → AMD EPYC 7R13; make one with: twinboot baseline save RUN --name main --dir FOLDER/.twinboot/baselines."`,
    );
  });

  it('keeps sets apart', async () => {
    await gate(RELATIVE, record(), '--save-baseline', '--baseline', 'release');
    expect(readdirSync(baselines())).toEqual(['release']);
    expect((await gate(RELATIVE, record())).exitCode).toBe(1);
    expect((await gate(RELATIVE, record(), '--baseline', 'release')).exitCode).toBe(0);
  });
});

describe('twinboot gate, running', { timeout: 60_000 }, () => {
  const FAKE = `
runtimes: [fake]
scenarios: [startup]
rounds: 3
warmup: 0
memory: 256M
timeout: 60 s
metrics: { startup.ready: { max: 2 s } }
`;

  it('runs as the file says, and judges what it measured', async () => {
    const told = await twinboot(['gate', write(FAKE), '--out', join(folder, 'runs')]);
    expect(told.notes).toContain('✓ round 3: fake');
    expect(told.out).toMatch(/✓ startup\.ready max +\d+ ms \[.*\], n = 3 +at most 2 s +pass/);
    expect(told.exitCode).toBe(0);
    const [run = ''] = readdirSync(join(folder, 'runs'));
    const file = join(folder, 'runs', run, 'run.json');
    const { plan } = recordSchema.parse(JSON.parse(readFileSync(file, 'utf8')));
    expect(plan).toMatchObject({
      scenarios: ['startup'],
      runtimes: ['fake'],
      rounds: 3,
      warmup: 0,
      memoryBytes: 256 * 1024 ** 2,
      timeoutMs: 60_000,
    });
  });

  it('fails with exit 1 where every boot fails', async () => {
    const failing = FAKE.replace('[fake]', '["fake:fail=exit"]');
    const told = await twinboot(['gate', write(failing), '--out', join(folder, 'runs'), '--quiet']);
    expect(told.exitCode).toBe(1);
    expect(told.notes).toBe('');
    expect(told.out).toContain('failed boots');
  });
});

describe('twinboot gate of a fleet', { timeout: 60_000 }, () => {
  const DENSITY = `
runtimes: [fake, "fake:kind=vm"]
scenarios: [density]
series: 6
instances: [1, 2]
reserve: 64M
`;
  const LIMITS = `${DENSITY}
metrics:
  density.marginal: { container: { max: 24 MiB }, vm/container: { min: 5 }, regression: 10% }
  density.intercept: { container: { max: 1 MiB } }
`;
  const gated = (text: string, ...words: string[]): Promise<Told> =>
    twinboot(['gate', write(text), '--out', join(folder, 'runs'), '--quiet', ...words]);

  it('holds slope and intercept against limits, and later runs against the first', async () => {
    const first = await gated(LIMITS, '--save-baseline');
    expect(first.exitCode, first.out).toBe(0);
    expect(first.out).toMatch(/✓ density\.marginal max +20\.0 MiB \[.*\], n = 6 +at most 24 MiB +pass/);
    expect(first.out).toMatch(/✓ density\.intercept max +.*, n = 6 +at most 1 MiB +pass/);
    const second = await gated(LIMITS);
    expect(second.exitCode, second.out).toBe(0);
    expect(second.out).toMatch(/✓ density\.marginal regression .* times the baseline/);
    const run = join(folder, 'runs', readdirSync(join(folder, 'runs'))[0] ?? '');
    const tight = await twinboot(['gate', write(LIMITS.replace('max: 24 MiB', 'max: 12 MiB')), '--run', run]);
    expect(tight.exitCode).toBe(1);
  });

  it.each([
    ['a metric of a fleet that is not asked for', 'metrics: { density.marginal: { max: 1 GiB } }'],
    ['a key of a fleet that is not asked for', 'instances: [1, 2]'],
    ['steps that do not grow', 'scenarios: [density]\ninstances: [2, 1]'],
  ])('refuses %s', async (_, text) => {
    const { exitCode, notes } = await gated(text);
    expect(exitCode).toBe(2);
    expect(plain(notes)).toMatchSnapshot();
  });
});

describe('twinboot gate, given nonsense', () => {
  const cases: [string, string, string[]][] = [
    ['an unknown metric', 'metrics: { startup.redy: { max: 2 s } }', []],
    ['an unknown runtime', 'runtimes: [nspwan]', []],
    ['a bad option of a runtime', 'runtimes: ["qemu:memroy=1G"]', []],
    ['an unknown scenario', 'scenarios: [memmory]', []],
    ['a set of baselines that is no name', 'rounds: 3', ['--baseline', '../up']],
    ['an unknown form', 'rounds: 3', ['--format', 'xml']],
  ];
  it.each(cases)('%s', async (_, text, words) => {
    const told = await gate(text, record(), ...words);
    expect(told.exitCode).toBe(2);
    expect(plain(told.notes)).toMatchSnapshot();
    expect(told.notes).not.toContain('    at ');
  });

  it('no file', async () => {
    const told = await twinboot(['gate', join(folder, 'nowhere.yaml')]);
    expect(told.exitCode).toBe(2);
    expect(plain(told.notes)).toMatchInlineSnapshot(`
      "error: there is no FOLDER/nowhere.yaml
      hint: a gate can be as short as: metrics: { startup.ready: { max: 2 s } }"
    `);
  });

  it('no run', async () => {
    const told = await twinboot(['gate', write('rounds: 3'), '--run', join(folder, 'nowhere')]);
    expect(told.exitCode).toBe(2);
    expect(plain(told.notes)).toBe('error: there is no FOLDER/nowhere');
  });
});

describe('twinboot gate --save-expected', () => {
  const RULE = 'scenarios: [fidelity]\nexpected: fidelity.expected\n';
  const expected = (): string => readFileSync(join(folder, 'fidelity.expected'), 'utf8');

  it('writes what the boots show where there is no file yet, passes, and leaves it as it is after that', async () => {
    const without = await gate(RULE, exposureRecord());
    expect(without.exitCode).toBe(1);
    const first = await gate(RULE, exposureRecord(), '--save-expected');
    expect(first.exitCode).toBe(0);
    expect(first.notes).toContain('fidelity.expected: read it, and commit it');
    expect(expected()).toContain('nspawn skipped systemd-udevd.service');
    writeFileSync(join(folder, 'fidelity.expected'), '# nothing\n');
    expect((await gate(RULE, exposureRecord(), '--save-expected')).exitCode).toBe(1);
    expect(expected()).toBe('# nothing\n');
  });
});
