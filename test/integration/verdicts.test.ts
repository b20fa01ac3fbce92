import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../core/package-root.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { newTraces, rememberTraces } from '../support/host-state.ts';
import { twinboot, type Told } from '../support/terminal.ts';

/**
 * The README's CI section, typed as it stands there, with real boots: green for the same image, red for a slower one.
 */

const folder = temporaryFolder();
const gateFile = join(folder, 'twinboot.yaml');
const runs = join(folder, 'runs');
const [same, slower, slowest] = ['same', 'slower', 'slowest'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];

/** A unit that multi-user.target waits for, once the services that it waits for anyway are up. */
const sleeper = (seconds: number): string => `[Unit]
Description=Sleeps before multi-user.target
Before=multi-user.target
After=dbus.service systemd-logind.service systemd-user-sessions.service

[Service]
Type=oneshot
ExecStart=/bin/sleep ${seconds}

[Install]
WantedBy=multi-user.target
`;

beforeAll(async () => {
  mkdirSync(join(same, 'etc/mine'), { recursive: true });
  writeFileSync(join(same, 'etc/mine/settings'), 'quick = yes\n');
  layTree(slower, sleeper(0.2));
  // Far beyond what two runs of a busy host differ by, since a test must not depend on that.
  layTree(slowest, sleeper(1));
  writeFileSync(gateFile, yamlOfReadme());
  await done(build('mine', same));
  await done(build('slower', slower));
});

beforeEach(rememberTraces);
afterEach(() => expect(newTraces()).toEqual([]));

describe('the gate of the README', () => {
  it('keeps a first run as the baseline', async () => {
    const told = await gate('--save-baseline');
    expect(told.exitCode, told.out + told.notes).toBe(0);
    expect(told.notes).toContain('saved as the baseline');
  });

  it('is green for the same image', async () => {
    const told = await gate();
    expect(told.exitCode, told.out + told.notes).toBe(0);
  });

  it('is red for a slower image of that name, and says what got worse', async () => {
    await done(build('mine', slowest));
    const told = await gate();
    expect(told.exitCode, told.out + told.notes).toBe(1);
    expect(told.out).toMatch(/startup\.ready.*regression|regression.*startup\.ready/);
  });
});

describe('an A/B run', () => {
  it('finds the unit that sleeps 200 ms within 15 rounds', async () => {
    const told = await ab('trixie', 'slower', '--max-rounds', '15');
    expect(told.exitCode, told.out + told.notes).toBe(1);
    expect(told.out).toMatch(/startup\.ready .* regression/);
    expect(told.out).toMatch(/everything is decided after \d+ rounds/);
  });

  it('raises no alarm where both sides are the same', async () => {
    // A false alarm is allowed in one of twenty; that rate is simulated (docs/statistics.md). None reaches 25 %.
    const told = await ab('trixie', 'trixie', '--max-rounds', '8', '--min-effect', '25%');
    expect(told.exitCode, told.out + told.notes).toBe(0);
    expect(told.out).not.toContain('regression');
  });
});

/** The same files and the unit, enabled. */
function layTree(tree: string, unit: string): void {
  cpSync(same, tree, { recursive: true });
  const units = join(tree, 'etc/systemd/system');
  mkdirSync(join(units, 'multi-user.target.wants'), { recursive: true });
  writeFileSync(join(units, 'sleeper.service'), unit);
  symlinkSync('/etc/systemd/system/sleeper.service', join(units, 'multi-user.target.wants/sleeper.service'));
}

function yamlOfReadme(): string {
  const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');
  const [, section = ''] = readme.split('\n## In CI\n');
  const yaml = /```yaml\n([^`]+)```/.exec(section)?.[1];
  if (yaml === undefined) throw new Error('the README has no gate in its section on CI');
  return yaml;
}

function build(name: string, tree: string): Promise<Told> {
  return twinboot(['image', 'build', name, '--tree', tree]);
}

function gate(...words: string[]): Promise<Told> {
  return twinboot(['gate', gateFile, '--out', runs, ...words]);
}

function ab(a: string, b: string, ...words: string[]): Promise<Told> {
  const sides = ['--a', `image=${a}`, '--b', `image=${b}`];
  return twinboot([
    'ab',
    'startup',
    ...sides,
    '--runtime',
    'nspawn',
    '--metric',
    'startup.ready',
    '--out',
    runs,
    ...words,
  ]);
}

async function done(told: Promise<Told>): Promise<void> {
  const { exitCode, notes } = await told;
  expect(exitCode, notes).toBe(0);
}
