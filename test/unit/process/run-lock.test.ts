import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { ownIdentity } from '../../../harness/process/identity.ts';
import { takeRunLock } from '../../../harness/process/run-lock.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  vi.stubEnv('TWINBOOT_STATE_DIR', folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** As a killed run leaves it. */
function leaveStaleLock(): void {
  const identity = { ...ownIdentity(), startTicks: 1 };
  mkdirSync(join(folder, 'run.lock'));
  const holder = { identity, purpose: 'run of the dead', startedAt: '2026-01-01T00:00:00.000Z' };
  writeFileSync(join(folder, 'run.lock', 'dead.json'), JSON.stringify(holder));
}

describe('takeRunLock', () => {
  it('is refused while a living run holds it, with that run’s name', () => {
    const release = takeRunLock('run one');
    expect(() => takeRunLock('run two')).toThrow(
      expect.objectContaining({ code: 'host-busy', message: expect.stringContaining('run one') as string }),
    );
    release();
  });

  it('can be taken again once it is given back', () => {
    takeRunLock('run one')();
    takeRunLock('run two')();
    expect(readdirSync(join(folder, 'run.lock'))).toEqual([]);
  });

  it('is taken over from a dead run', () => {
    leaveStaleLock();
    const release = takeRunLock('run two');
    expect(readdirSync(join(folder, 'run.lock'))).toHaveLength(1);
    expect(() => takeRunLock('run three')).toThrow('run two');
    release();
  });

  it('leaves no draft behind, taken or refused', () => {
    const release = takeRunLock('run one');
    expect(() => takeRunLock('run two')).toThrow('run one');
    release();
    expect(readdirSync(folder)).toEqual(['run.lock']);
  });

  it('goes to exactly one of many that find a dead run’s lock at once', async () => {
    leaveStaleLock();
    const starters = Array.from({ length: 4 }, () =>
      promisify(execFile)(
        process.execPath,
        ['--import', 'tsx', join(packageRoot(), 'test/fixtures/host/take-run-lock.ts'), '4'],
        { cwd: packageRoot() },
      ),
    );
    const answers = (await Promise.all(starters)).map(({ stdout }) => stdout.trim());
    expect(answers.sort()).toEqual(['host-busy', 'host-busy', 'host-busy', 'taken']);
  });
});
