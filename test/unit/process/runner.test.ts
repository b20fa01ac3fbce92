import { setTimeout as sleep } from 'node:timers/promises';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { processRunner } from '../../../harness/process/runner.ts';
import { packageRoot } from '../../../core/package-root.ts';
import { isRunning } from '../../fixtures/host/is-running.ts';

const isRoot = process.getuid?.() === 0;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/**
 * A command that leaves a grandchild behind, which holds its output open. The grandchild is found again by its
 * argument, since its pid in a namespace of its own says nothing.
 */
function withGrandchild(mark: string): [string, string[]] {
  return ['sh', ['-c', 'sleep "$0" & echo started; wait', mark]];
}

/** Never a round number, so that no other test's or host's sleep is meant. */
function uniqueSeconds(): string {
  return `${600 + Math.floor(Math.random() * 1e6)}.${process.pid}`;
}

async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await sleep(10);
}

describe('a command that ends', () => {
  it('gives its output and its exit code', async () => {
    const finished = await processRunner.run('sh', ['-c', 'echo out; echo err >&2; exit 3'], {
      allowFailure: true,
    });
    expect(finished).toEqual({ stdout: 'out', stderr: 'err', exitCode: 3 });
  });

  it('reads what it is given, and nothing otherwise', async () => {
    expect((await processRunner.run('cat', [], { input: 'given' })).stdout).toBe('given');
    expect((await processRunner.run('cat', [])).stdout).toBe('');
  });

  it('speaks English and finds the system’s commands, whatever the environment says', async () => {
    const { stdout } = await processRunner.run('sh', ['-c', 'echo $LC_ALL; echo $PATH']);
    expect(stdout).toMatch(/^C\.UTF-8\n.*\/usr\/sbin/);
  });

  it('hands on who calls and how the network is reached, and nothing else of the environment', async () => {
    vi.stubEnv('https_proxy', 'http://proxy:3128');
    vi.stubEnv('APT_CONFIG', '/home/me/apt.conf');
    const { stdout } = await processRunner.run('env', [], { env: { DEBIAN_FRONTEND: 'noninteractive' } });
    const names = stdout.split('\n').map((line) => line.slice(0, line.indexOf('=')));
    expect(names).toEqual(
      expect.arrayContaining(['PATH', 'LC_ALL', 'HOME', 'https_proxy', 'DEBIAN_FRONTEND']),
    );
    expect(names).not.toContain('APT_CONFIG');
    vi.unstubAllEnvs();
  });

  it('runs in the root folder: the caller’s own may be gone, or lie behind a mount', async () => {
    expect((await processRunner.run('pwd', [])).stdout).toBe('/');
  });

  it('has every line handed over before it counts as ended', async () => {
    const lines: string[] = [];
    await processRunner.run('sh', ['-c', 'echo one; echo two >&2; printf three'], {
      onLine: (line) => lines.push(line),
    });
    expect(lines.sort()).toEqual(['one', 'three', 'two']);
  });

  it('takes what it left running with it', async () => {
    const seconds = uniqueSeconds();
    await processRunner.run('sh', ['-c', 'sleep "$0" &', seconds]);
    await eventually(() => !isRunning('sleep', seconds));
  });
});

describe('a command that fails', () => {
  it('is quoted with its exit code and last words', async () => {
    await expect(processRunner.run('sh', ['-c', 'echo no such thing >&2; exit 4'])).rejects.toMatchObject({
      code: 'command-failed',
      kind: 'run',
      message: 'sh failed (exit 4): no such thing',
    });
  });

  it('says which signal ended it', async () => {
    await expect(processRunner.run('sh', ['-c', 'kill -SEGV $$'])).rejects.toMatchObject({
      message: 'sh was ended by SIGSEGV',
    });
  });

  it.each([{}, { timeoutMs: 10_000 }])('is not there: %o', async (options) => {
    await expect(processRunner.run('no-such-command', [], options)).rejects.toMatchObject({
      code: 'missing-tool',
      kind: 'host',
      message: 'no-such-command is not installed',
    });
  });

  it.each([{}, { timeoutMs: 10_000 }])(
    'is a shell that did not find a command of its own: %o',
    async (options) => {
      await expect(processRunner.run('sh', ['-c', 'no-such-command'], options)).rejects.toMatchObject({
        code: 'command-failed',
      });
    },
  );

  it('was to run in a folder that is not there', async () => {
    await expect(processRunner.run('true', [], { cwd: join(folder, 'none') })).rejects.toMatchObject({
      code: 'command-failed',
      message: expect.stringContaining('could not be run') as string,
    });
  });
});

describe('a command that does not end', () => {
  it('is killed at its deadline', async () => {
    await expect(
      processRunner.run('sh', ['-c', 'echo waiting >&2; sleep 600'], { timeoutMs: 300 }),
    ).rejects.toMatchObject({
      code: 'command-timeout',
      message: 'sh did not end within 0.3 s',
      hint: 'its last words: waiting',
    });
  });

  it('is killed at its deadline with its grandchildren', async () => {
    const seconds = uniqueSeconds();
    const running = processRunner.run(...withGrandchild(seconds), { timeoutMs: 300 });
    await expect(running).rejects.toMatchObject({ code: 'command-timeout' });
    await eventually(() => !isRunning('sleep', seconds));
  });

  it('is killed by an interrupt, with its grandchildren', async () => {
    const seconds = uniqueSeconds();
    const interrupt = new AbortController();
    const running = processRunner.run(...withGrandchild(seconds), {
      signal: interrupt.signal,
      onLine: () => interrupt.abort(),
    });
    await expect(running).rejects.toMatchObject({ code: 'interrupted' });
    await eventually(() => !isRunning('sleep', seconds));
  });

  it.runIf(isRoot)('dies with twinboot, even when that is killed', async () => {
    const seconds = uniqueSeconds();
    const fixture = join(packageRoot(), 'test/fixtures/host/run-until-killed.ts');
    const twinboot = spawn(process.execPath, ['--import', 'tsx', fixture, seconds], { cwd: packageRoot() });
    await eventually(() => isRunning('sleep', seconds));
    twinboot.kill('SIGKILL');
    await eventually(() => !isRunning('sleep', seconds));
  });
});

describe.runIf(isRoot)('a contained command', () => {
  it('mounts for nobody else', async () => {
    await processRunner.run('mount', ['-t', 'tmpfs', 'tmpfs', folder], { timeoutMs: 10_000 });
    expect(readFileSync('/proc/self/mountinfo', 'utf8')).not.toContain(folder);
  });
});
