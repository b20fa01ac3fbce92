import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import {
  chmodSync,
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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { packageRoot } from '../../core/package-root.ts';

interface Step {
  id?: string;
  name?: string;
  if?: string;
  uses?: string;
  with?: Record<string, string>;
  env?: Record<string, string>;
  shell?: string;
  run?: string;
}

interface Action {
  inputs: Record<string, { description: string; default: string }>;
  runs: { using: string; steps: Step[] };
}

const text = readFileSync(join(packageRoot(), 'action.yml'), 'utf8');
const action = parse(text) as Action;
const scripts = action.runs.steps.filter((step): step is Step & { run: string } => step.run !== undefined);
const isThere = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

describe('action.yml', () => {
  it('is a composite action whose scripts say their shell', () => {
    expect(action.runs.using).toBe('composite');
    expect(scripts.map(({ shell }) => shell)).toEqual(scripts.map(() => 'bash'));
  });

  it('uses every input, has a default for each, and uses none that is not there', () => {
    const used = new Set([...text.matchAll(/inputs\.([\w-]+)/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(action.inputs).sort());
    for (const input of Object.values(action.inputs)) expect(input).toHaveProperty('default');
  });

  it.each(scripts)('$name: takes inputs from the environment, never into the script', ({ run }) => {
    expect(run).not.toContain('${{');
  });

  it('has scripts that shellcheck has nothing to say about', ({ skip }) => {
    skip(!isThere('shellcheck'), 'shellcheck is not installed');
    for (const { run, env = {} } of scripts) {
      const given = Object.keys(env).map((name) => `export ${name}\n`);
      const input = `set -eo pipefail\n${given.join('')}${run}`;
      expect(spawnSync('shellcheck', ['--shell=bash', '-'], { input, encoding: 'utf8' }).stdout).toBe('');
    }
  });
});

describe('the step that keeps images', () => {
  const script = scripts.find(({ id }) => id === 'keep')?.run ?? '';
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'twinboot-keep-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  /** An image in the cache, by the name of its recipe. */
  function addImage(recipe: string, digest: string): void {
    const image = join(folder, 'cache/images', recipe);
    mkdirSync(image, { recursive: true });
    writeFileSync(join(image, 'image.json'), JSON.stringify({ image: { digest } }, null, 2));
  }

  function addRun(name: string, digest: string): void {
    mkdirSync(join(folder, 'out', name), { recursive: true });
    writeFileSync(join(folder, 'out', name, 'run.json'), JSON.stringify({ image: { digest } }));
  }

  /** Runs the step; gives what is left in the cache, and the part of the key that it wrote. */
  function keep(): { images: string[]; key: string } {
    const env = {
      PATH: process.env.PATH ?? '',
      GITHUB_OUTPUT: join(folder, 'output'),
      CACHE: join(folder, 'cache'),
      OUT: join(folder, 'out'),
    };
    writeFileSync(env.GITHUB_OUTPUT, '');
    const { status, stderr } = spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      env,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    const images = existsSync(join(env.CACHE, 'images')) ? readdirSync(join(env.CACHE, 'images')).sort() : [];
    return { images, key: readFileSync(env.GITHUB_OUTPUT, 'utf8').trim() };
  }

  const [base, head, old] = ['a', 'b', 'c'].map((letter) => letter.repeat(64)) as [string, string, string];

  it('leaves what the records speak of, and drops what they do not', ({ skip }) => {
    skip(!isThere('bash') || process.getuid?.() !== 0, 'bash is not installed, or sudo would be asked');
    addImage('1111', base);
    addImage('2222', head);
    addImage('3333', old);
    addRun('run/a', base);
    addRun('run/b', head);
    expect(keep().images).toEqual(['1111', '2222']);
  });

  it('drops nothing where there is no record, and has a key for each set of images', ({ skip }) => {
    skip(!isThere('bash') || process.getuid?.() !== 0, 'bash is not installed, or sudo would be asked');
    expect(keep()).toEqual({ images: [], key: '' });
    addImage('1111', base);
    const one = keep();
    expect(one.images).toEqual(['1111']);
    expect(one.key).toMatch(/^images=[0-9a-f]{16}$/);
    addImage('2222', head);
    const two = keep();
    expect(two.key).not.toBe(one.key);
    expect(keep().key).toBe(two.key);
  });

  it('is saved under what the next job looks for, whatever the verdict was', () => {
    const step = (id: string) => action.runs.steps.find(({ name }) => name === id);
    const prefix = step('Restore images')?.with?.['restore-keys']?.trim() ?? 'none';
    expect(step('Save images')?.with?.key).toBe(`${prefix}\${{ steps.keep.outputs.images }}`);
    expect(step('Save images')?.if).toMatch(/^always\(\)/);
    for (const { uses } of action.runs.steps) expect(uses ?? '@').toMatch(/@([0-9a-f]{40})?$/);
  });
});

describe('the step that measures', () => {
  const script = scripts.find(({ id }) => id === 'measure')?.run ?? '';
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'twinboot-action-'));
    // A twinboot that says what it was asked, leaves a record, and ends as it is told.
    fakeCommand('twinboot', [
      `printf '[%s] ' "$@" >> '${folder}/asked'; echo >> '${folder}/asked'`,
      'out=; form=table',
      'for word; do',
      '  case "$last" in --out) out=$word ;; --format) form=$word ;; esac',
      '  last=$word',
      'done',
      '[ -z "$out" ] || { mkdir -p "$out/run-1"; echo "{}" > "$out/run-1/run.json"; }',
      '[ "$1" != ab ] || { echo "# B" > "$out/run-1/comparison.md"; echo "<b/>" > "$out/run-1/junit.xml"; echo "::error title=startup.ready of nspawn::slower" > "$out/run-1/annotations.txt"; }',
      'echo "form: $form"',
      'exit "${FAKE_STATUS:-0}"',
    ]);
    fakeCommand('sudo', ['exec "$@"']);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  function fakeCommand(name: string, lines: readonly string[]): void {
    const bin = join(folder, 'bin');
    mkdirSync(bin, { recursive: true });
    writeFileSync(join(bin, name), ['#!/usr/bin/env bash', ...lines, ''].join('\n'));
    chmodSync(join(bin, name), 0o755);
  }

  function measure(inputs: Record<string, string>): SpawnSyncReturns<string> {
    const env = {
      PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
      RUNNER_TEMP: folder,
      GITHUB_OUTPUT: join(folder, 'output'),
      GITHUB_STEP_SUMMARY: join(folder, 'summary'),
      FILE: 'twinboot.yaml',
      ARGS: '',
      ...inputs,
    };
    // As the runner calls bash: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions
    return spawnSync('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
      cwd: folder,
      env,
      encoding: 'utf8',
    });
  }

  /** A file of the step, with what differs from run to run left out. */
  function fileOf(name: string): string {
    const path = join(folder, name);
    return existsSync(path) ? neutral(readFileSync(path, 'utf8')) : '';
  }

  function outFolder(): string {
    return /folder=(.*)/.exec(readFileSync(join(folder, 'output'), 'utf8'))?.[1] ?? '';
  }

  function neutral(said: string): string {
    return said
      .replaceAll(/\/\S*\/twinboot-\w{8}/g, 'OUT')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'TOKEN');
  }

  it('boots once, then tells the verdict in every form, and fails as the gate does', ({ skip }) => {
    skip(!isThere('bash'), 'bash is not installed');
    const { status, stdout } = measure({ COMMAND: 'gate', FAKE_STATUS: '1' });
    expect(status).toBe(1);
    expect(fileOf('asked')).toMatchInlineSnapshot(`
      "[gate] [twinboot.yaml] [--out] [OUT] 
      [gate] [twinboot.yaml] [--run] [OUT/run-1] [--format] [github] 
      [gate] [twinboot.yaml] [--run] [OUT/run-1] [--format] [markdown] 
      [gate] [twinboot.yaml] [--run] [OUT/run-1] [--format] [junit] 
      "
    `);
    expect(neutral(stdout)).toMatchInlineSnapshot(`
      "::stop-commands::TOKEN
      form: table
      ::TOKEN::
      form: github
      "
    `);
    expect(fileOf('summary')).toBe('form: markdown\n');
    expect(fileOf('output')).toBe('folder=OUT\nrun=OUT/run-1\nstatus=1\n');
    expect(readFileSync(join(outFolder(), 'junit.xml'), 'utf8')).toBe('form: junit\n');
  });

  it('has no verdict to tell where the run failed', ({ skip }) => {
    skip(!isThere('bash'), 'bash is not installed');
    const { status, stdout } = measure({ COMMAND: 'gate', FAKE_STATUS: '3' });
    expect(status).toBe(3);
    expect(stdout).toContain('::error title=twinboot gate::ended with 3: the log says why');
    expect(fileOf('asked').trim().split('\n')).toHaveLength(1);
    expect(fileOf('summary')).toBe('');
    expect(fileOf('output')).toBe('folder=OUT\nrun=OUT/run-1\nstatus=3\n');
  });

  it('takes each line of args as one word, whatever a shell would make of it', ({ skip }) => {
    skip(!isThere('bash'), 'bash is not installed');
    const ARGS = 'base runs\n$(touch pwned)\n`touch pwned`\n\n*; touch pwned\n';
    expect(measure({ COMMAND: 'compare', ARGS }).status).toBe(0);
    expect(fileOf('asked').split('\n')[0]).toBe(
      '[compare] [base runs] [$(touch pwned)] [`touch pwned`] [*; touch pwned] ',
    );
    expect(existsSync(join(folder, 'pwned'))).toBe(false);
    expect(fileOf('output')).toBe('folder=OUT\nrun=\nstatus=0\n');
  });

  it('takes the verdict of ab from the run folder, since it depends on when it was looked at', ({ skip }) => {
    skip(!isThere('bash'), 'bash is not installed');
    const { status, stdout } = measure({ COMMAND: 'ab', ARGS: '--b\nimage=head', FAKE_STATUS: '1' });
    expect(status).toBe(1);
    expect(fileOf('asked')).toBe('[ab] [--out] [OUT] [--b] [image=head] \n');
    expect(stdout).toContain('::error title=startup.ready of nspawn::slower');
    expect(fileOf('summary')).toBe('# B\n');
    expect(readFileSync(join(outFolder(), 'junit.xml'), 'utf8')).toBe('<b/>\n');
  });

  it('shows what a run printed as it is, without a verdict', ({ skip }) => {
    skip(!isThere('bash'), 'bash is not installed');
    expect(measure({ COMMAND: 'run' }).status).toBe(0);
    expect(fileOf('summary')).toBe('    form: table\n');
    expect(existsSync(join(outFolder(), 'junit.xml'))).toBe(false);
  });

  it('judges a run that is there already where args name one', ({ skip }) => {
    skip(!isThere('bash'), 'bash is not installed');
    fakeCommand('twinboot', [`echo "$@" >> '${folder}/asked'`]);
    expect(measure({ COMMAND: 'gate', ARGS: '--run\nruns/1\n' }).status).toBe(0);
    expect(fileOf('asked')).toMatchInlineSnapshot(`
      "gate twinboot.yaml --out OUT --run runs/1
      gate twinboot.yaml --run runs/1 --format github
      gate twinboot.yaml --run runs/1 --format markdown
      gate twinboot.yaml --run runs/1 --format junit
      "
    `);
  });

  it('refuses a command that it does not know', ({ skip }) => {
    skip(!isThere('bash'), 'bash is not installed');
    const { status, stdout } = measure({ COMMAND: 'clean' });
    expect(status).toBe(2);
    expect(stdout).toBe('::error title=twinboot::command is one of gate, ab, run and compare\n');
    expect(fileOf('asked')).toBe('');
  });
});
