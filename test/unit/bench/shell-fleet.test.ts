import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';

const SCRIPT = join(packageRoot(), 'bench/shell-fleet.sh');

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  mkdirSync(join(folder, 'bin'));
  program('mount', 'exit 0');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, body: string): string {
  const path = join(folder, 'bin', name);
  writeFileSync(path, `#!/bin/sh\n${body}\n`);
  chmodSync(path, 0o755);
  return path;
}

/** A manager that boots for 200 ms and then says what it says. */
function manager(word: string): string {
  return program(
    'manager',
    `echo "start $1" >>${folder}/log; sleep 0.2; echo "ready $1" >>${folder}/log; echo "${word}" >"$2/from-guest"`,
  );
}

function run(word: string, count: number, parallel: number): Promise<unknown> {
  const instances = join(folder, 'instances');
  return promisify(execFile)(
    'bash',
    [SCRIPT, manager(word), '@NUMBER@', join(instances, '@NUMBER@', 'channel')],
    {
      env: {
        PATH: `${join(folder, 'bin')}:${process.env.PATH ?? ''}`,
        FOLDER: instances,
        LOWER: '/lower',
        COUNT: String(count),
        PARALLEL: String(parallel),
        GROUPS_OF_FLEET: '',
      },
    },
  );
}

describe('the loop of a shell', () => {
  it.each([1, 3])('starts each container once, at most %i at a time', async (parallel) => {
    await run('TWINBOOT 2 READY ns 5', 6, parallel);
    const lines = readFileSync(join(folder, 'log'), 'utf8').trim().split('\n');
    const started = lines.filter((line) => line.startsWith('start')).map((line) => Number(line.slice(6)));
    expect(started.sort()).toEqual([1, 2, 3, 4, 5, 6]);
    let booting = 0;
    const counts = lines.map((line) => (booting += line.startsWith('start') ? 1 : -1));
    expect(Math.max(...counts)).toBeLessThanOrEqual(parallel);
    expect(Math.max(...counts)).toBeGreaterThanOrEqual(Math.min(parallel, 2));
  });

  it('fails where one says anything but READY, and names it', async () => {
    await expect(run('what?', 2, 1)).rejects.toMatchObject({
      code: 1,
      stderr: 'instance 1 failed\n',
    });
  });
});
