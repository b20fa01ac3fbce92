import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { writeRecord } from '../../../results/store.ts';
import { fleetRecord } from '../../fixtures/records/fleet.ts';
import { buildRecord } from '../../fixtures/records/record.ts';

const NOBODY = 65534;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-nobody-'));
  const records = { a: buildRecord({ rounds: 6, failedBoot: false }), fleet: fleetRecord() };
  for (const [name, record] of Object.entries(records)) {
    mkdirSync(join(folder, name));
    await writeRecord(join(folder, name), record);
  }
  writeFileSync(join(folder, 'twinboot.yaml'), 'metrics: { startup.ready: { max: 200 s } }\n');
  if (process.getuid?.() === 0) giveAway();
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function giveAway(): void {
  chmodSync(folder, 0o755);
  for (const path of ['', ...readdirSync(folder, { recursive: true, encoding: 'utf8' })])
    chownSync(join(folder, path), NOBODY, NOBODY);
}

/** Throws with what it said where it fails. */
function twinboot(args: readonly string[]): string {
  const loader = join(packageRoot(), 'node_modules/tsx/dist/loader.mjs');
  const main = join(packageRoot(), 'harness/cli/main.ts');
  const user = process.getuid?.() === 0 ? { uid: NOBODY, gid: NOBODY } : {};
  return execFileSync(process.execPath, ['--import', loader, main, ...args], {
    cwd: folder,
    env: { HOME: folder, TMPDIR: folder, PATH: process.env.PATH },
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
    ...user,
  });
}

function isReadByNobody(): boolean {
  if (process.getuid?.() !== 0) return true;
  try {
    execFileSync('test', ['-r', join(packageRoot(), 'package.json')], { uid: NOBODY, gid: NOBODY });
    return true;
  } catch {
    return false;
  }
}

describe('an ordinary user', { timeout: 60_000 }, () => {
  beforeEach(({ skip }) => skip(!isReadByNobody(), `${packageRoot()} is closed to an ordinary user`));

  it.each([
    ['compare', 'a', 'a'],
    ['report', 'a'],
    ['history', '.'],
    ['noise', 'a'],
    ['plan', 'fleet', '--host-memory', '64G'],
    ['gate', '--run', 'a'],
    ['baseline', 'save', 'a'],
    ['image', 'list'],
  ])('is refused nothing by: %s', (...args) => {
    expect(() => twinboot(args)).not.toThrow();
  });
});
