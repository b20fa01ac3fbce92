import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { TwinbootError } from '../../../core/error.ts';
import { ensureTools, hasRecentLists, installMissing, progressOf } from '../../../harness/host/install.ts';
import { toolsFor } from '../../../harness/host/tools.ts';
import * as searchPath from '../../../harness/process/search-path.ts';
import type { ProcessRunner, RunOptions } from '../../../harness/process/runner.ts';

const PREFIX = 'sudo apt-get update && sudo apt-get install -y --no-install-recommends';
let here: Set<string>;
let notes: string[];
let commands: string[];

beforeEach(() => {
  here = new Set(toolsFor('tests').map((tool) => tool.name));
  notes = [];
  commands = [];
  vi.spyOn(searchPath, 'findCommand').mockImplementation((name) =>
    here.has(name) ? `/usr/bin/${name}` : undefined,
  );
  vi.spyOn(process, 'getuid').mockReturnValue(0);
});
afterEach(() => vi.restoreAllMocks());

const talk = (env: Record<string, string> = {}) => ({ note: (text: string) => void notes.push(text), env });

interface Answer {
  exitCode: number;
  stdout?: string;
  stderr?: string;
  lines?: string[];
  brings?: string[];
}

/** A host whose apt answers as it is told. */
function host(answers: { update?: Answer; install?: Answer; policy?: string }) {
  const runner: ProcessRunner = {
    run(command: string, args: readonly string[], options: RunOptions = {}) {
      commands.push([command, ...args].join(' '));
      if (command === 'apt-cache')
        return Promise.resolve({ stdout: answers.policy ?? '', stderr: '', exitCode: 0 });
      const answer = (args.includes('update') ? answers.update : answers.install) ?? { exitCode: 0 };
      for (const line of answer.lines ?? []) options.onLine?.(line);
      for (const name of answer.brings ?? []) here.add(name);
      return Promise.resolve({ stdout: '', stderr: answer.stderr ?? '', exitCode: answer.exitCode });
    },
  };
  return { runner, signal: new AbortController().signal };
}

async function failureOf(promise: Promise<void>): Promise<TwinbootError> {
  return promise.then(
    () => Promise.reject(new Error('it did not fail')),
    (error: unknown) => error as TwinbootError,
  );
}

describe('when everything is there', () => {
  it('nothing is run and nothing is said', async () => {
    await ensureTools(host({}), talk(), 'tests', { install: true });
    expect({ commands, notes }).toEqual({ commands: [], notes: [] });
  });
});

describe('when something is missing', () => {
  beforeEach(() => {
    here.delete('qemu-img');
    here.delete('mmdebstrap');
  });

  it('it is named with the command that brings it, unless an installation was asked for', async () => {
    const error = await failureOf(ensureTools(host({}), talk(), 'bench', { install: false }));
    expect(error).toMatchObject({
      code: 'missing-tools',
      exitCode: 3,
      message: 'not installed: mmdebstrap, qemu-img',
      hint: `install them with twinboot doctor --install, or: ${PREFIX} mmdebstrap qemu-utils`,
    });
    expect(commands).toEqual([]);
  });

  it('one list is said, the packages are installed, and apt’s progress is passed on', async () => {
    const apt = host({
      install: {
        exitCode: 0,
        lines: [
          'Reading package lists...',
          'Fetched 21.4 MB in 2s (10.1 MB/s)',
          'Setting up qemu-utils (1:7.2) ...',
        ],
        brings: ['qemu-img', 'mmdebstrap'],
      },
    });
    await installMissing(apt, 'bench', talk());
    expect(notes.filter((note) => note !== 'apt-get update')).toEqual([
      'installing 2 Debian packages that twinboot needs:',
      '  mmdebstrap: builds the image',
      "  qemu-utils: qemu-img makes the VM's throw-away disk",
      '  Fetched 21.4 MB in 2s (10.1 MB/s)',
      '  Setting up qemu-utils (1:7.2) ...',
    ]);
    expect(commands.at(-1)).toBe(
      'apt-get -o DPkg::Lock::Timeout=120 -q install -y --no-install-recommends mmdebstrap qemu-utils',
    );
  });

  it('apt does not know a package: its lists are fetched first', async () => {
    const policy =
      'mmdebstrap:\n  Installed: (none)\n  Candidate: 1.3.5-7\nqemu-utils:\n  Candidate: (none)\n';
    const apt = host({ policy, install: { exitCode: 0, brings: ['qemu-img', 'mmdebstrap'] } });
    await installMissing(apt, 'bench', talk());
    expect(notes).toContain('apt-get update');
  });

  it('apt fails: its last words are in the error', async () => {
    const apt = host({ install: { exitCode: 100, stderr: 'E: You do not have enough free space' } });
    const error = await failureOf(installMissing(apt, 'bench', talk()));
    expect(error.code).toBe('install-failed');
    expect(error.message).toContain('E: You do not have enough free space');
    expect(error.hint).toContain(`${PREFIX} mmdebstrap qemu-utils`);
  });

  it('dpkg was interrupted earlier: the hint is its own', async () => {
    const stderr =
      "E: dpkg was interrupted, you must manually run 'dpkg --configure -a' to correct the problem.";
    const error = await failureOf(
      installMissing(host({ install: { exitCode: 100, stderr } }), 'bench', talk()),
    );
    expect(error.hint).toBe('dpkg --configure -a, then once more');
  });

  it('apt succeeds and the command is still not there', async () => {
    const error = await failureOf(installMissing(host({}), 'bench', talk()));
    expect(error.hint).toContain('yet they are not found');
  });

  it.each([
    ['TWINBOOT_NO_INSTALL is set', () => talk({ TWINBOOT_NO_INSTALL: '1' })],
    [
      'only root can install',
      () => {
        vi.spyOn(process, 'getuid').mockReturnValue(1000);
        return talk();
      },
    ],
  ])('%s: the exact command instead', async (why, io) => {
    const error = await failureOf(installMissing(host({}), 'bench', io()));
    expect(error.hint).toBe(`${why}; run: ${PREFIX} mmdebstrap qemu-utils`);
    expect(commands).toEqual([]);
  });

  it('there is no apt-get: the Debian names help to find the others', async () => {
    here.delete('apt-get');
    const error = await failureOf(installMissing(host({}), 'bench', talk()));
    expect(error.message).toBe('not installed: mmdebstrap, apt-get, qemu-img');
    expect(error.hint).toMatch(/Debian's packages are mmdebstrap apt qemu-utils$/);
  });
});

describe('apt’s lists are recent', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const now = Date.parse('2026-06-01T12:00:00Z');
  const writtenHoursAgo = (hours: number): void => {
    utimesSync(folder, now / 1000, now / 1000 - hours * 3600);
  };

  it.each([
    [1, true],
    [25, false],
  ])('%d hours after they were written: %s', (hours, recent) => {
    writeFileSync(join(folder, 'deb.debian.org_debian_dists_trixie_main_binary-amd64_Packages.lz4'), '');
    writtenHoursAgo(hours);
    expect(hasRecentLists(folder, now)).toBe(recent);
  });

  it('not when there are none, as in a fresh container', () => {
    mkdirSync(join(folder, 'partial'));
    chmodSync(join(folder, 'partial'), 0o700);
    writtenHoursAgo(1);
    expect(hasRecentLists(folder, now)).toBe(false);
    expect(hasRecentLists(join(folder, 'none'), now)).toBe(false);
  });
});

it.each([
  ['Need to get 42.1 MB of archives.', true],
  ['Setting up qemu-utils (1:7.2+dfsg-7) ...', true],
  ['Setting up libaio1t64:amd64 (0.3.113-8+b1) ...', false],
  ['(Reading database ... 5%', false],
])('progress is what tells how far it is: %s', (line, tells) => {
  expect(progressOf(line, ['qemu-utils'])).toBe(tells ? line : undefined);
});
