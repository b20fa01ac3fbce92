import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  findLeftovers,
  findLiving,
  openCleanupRegistry,
  parseJournal,
} from '../../../harness/process/cleanup.ts';
import type { Resource } from '../../../harness/process/resource.ts';
import { processRunner } from '../../../harness/process/runner.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const registryFolder = (name: string): string => join(folder, 'state', 'owners', name);
const open = (name = 'test') => openCleanupRegistry(name, 'run 1', processRunner);

function makeFolder(name: string): { path: string; resource: Resource } {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return { path, resource: { kind: 'path', path } };
}

/** Makes the registry look as if its process had been killed. */
function kill(name = 'test'): void {
  const file = join(registryFolder(name), 'owner.json');
  const owner = JSON.parse(readFileSync(file, 'utf8')) as { identity: { startTicks: number } };
  owner.identity.startTicks = 1;
  writeFileSync(file, JSON.stringify(owner));
}

describe('a cleanup registry', () => {
  it('has a thing on disk before it is made', () => {
    open().register({ kind: 'path', path: join(folder, 'not-yet') });
    expect(readFileSync(join(registryFolder('test'), 'resources.jsonl'), 'utf8')).toContain('not-yet');
  });

  it('takes things away newest first', async () => {
    const { path } = makeFolder('outer');
    const registry = open();
    const order: string[] = [];
    for (const name of ['first', 'second', 'third'])
      registry.register({ kind: 'path', path: join(path, name) });
    const journal = (): string => readFileSync(join(registryFolder('test'), 'resources.jsonl'), 'utf8');
    // A thing that cannot be taken away keeps the journal, in which the order can be read.
    registry.register({ kind: 'path', path: '/proc' });
    expect(await registry.releaseAll()).toHaveLength(1);
    for (const line of journal().trim().split('\n')) {
      const entry = JSON.parse(line) as { gone?: number };
      if (entry.gone !== undefined) order.push(String(entry.gone));
    }
    expect(order).toEqual(['3', '2', '1']);
  });

  it('takes a thing away once, also when it is asked twice at the same time', async () => {
    const removed: string[] = [];
    const registry = openCleanupRegistry('test', 'run 1', {
      run: (command, args) => {
        removed.push([command, ...args].join(' '));
        return Promise.resolve({ stdout: '', stderr: '', exitCode: 0 });
      },
    });
    const { path, resource } = makeFolder('thing');
    const lease = registry.register(resource);
    await Promise.all([lease.release(), lease.release(), registry.releaseAll()]);
    await lease.release();
    expect(existsSync(path)).toBe(false);
    expect(existsSync(registryFolder('test'))).toBe(false);
  });

  it('also takes away what is registered while it takes the rest away', async () => {
    const registry = open();
    const late = makeFolder('late');
    registry.register(makeFolder('early').resource);
    const ending = registry.releaseAll();
    registry.register(late.resource);
    expect(await ending).toEqual([]);
    expect(existsSync(late.path)).toBe(false);
  });

  it('keeps what it could not take away, and says so', async () => {
    const registry = open();
    registry.register({ kind: 'path', path: '/proc' });
    const [remaining] = await registry.releaseAll();
    expect(remaining?.message).toMatch(/^\/proc: \/proc was not removed: .*still mounted$/);
    expect(existsSync(registryFolder('test'))).toBe(true);
  });

  it('refuses a name that another process uses', () => {
    open().register(makeFolder('thing').resource);
    expect(() => open()).toThrow(expect.objectContaining({ code: 'state-not-writable' }));
  });

  it('never shows itself without its owner', () => {
    open('one');
    expect(readdirSync(join(folder, 'state'))).toEqual(['owners']);
    expect(findLiving()).toEqual([{ purpose: 'run 1', pid: process.pid }]);
  });
});

describe('leftovers', () => {
  it('are none while their process lives', () => {
    open().register(makeFolder('thing').resource);
    expect(findLeftovers(processRunner)).toEqual([]);
  });

  it('of a dead process are found and taken away', async () => {
    const { path, resource } = makeFolder('thing');
    open().register(resource);
    kill();
    const [leftover] = findLeftovers(processRunner);
    expect(leftover).toMatchObject({ purpose: 'run 1', pid: process.pid, resources: [resource] });
    expect(await leftover?.remove()).toEqual([]);
    expect(existsSync(path)).toBe(false);
    expect(findLeftovers(processRunner)).toEqual([]);
  });

  it('do not name what was announced and never made, nor what is gone', async () => {
    const registry = open();
    registry.register({ kind: 'path', path: join(folder, 'never-made') });
    await registry.register(makeFolder('released').resource).release();
    kill();
    expect(findLeftovers(processRunner)[0]?.resources).toEqual([]);
  });

  it.each(['null', '1', '{}', '{"id":9,"resource":{"kind":"nothing"}}'])(
    'survive a line that is JSON, and no entry: %s',
    (line) => {
      expect(parseJournal(`${line}\n{"id":1,"resource":{"kind":"path","path":"/x"}}\n`)).toEqual(
        new Map([[1, { id: 1, resource: { kind: 'path', path: '/x' } }]]),
      );
    },
  );

  it('survive a last line that was cut short', async () => {
    const { path, resource } = makeFolder('thing');
    open().register(resource);
    const stuck = { id: 2, resource: { kind: 'path', path: '/proc' } };
    const journal = join(registryFolder('test'), 'resources.jsonl');
    appendFileSync(journal, `${JSON.stringify(stuck)}\n{"id":3,"resource":{"ki`);
    kill();
    expect(await findLeftovers(processRunner)[0]?.remove()).toHaveLength(1);
    expect(existsSync(path)).toBe(false);
    // What was taken away is struck off, though the line before was no line.
    expect(findLeftovers(processRunner)[0]?.resources).toEqual([stuck.resource]);
  });
});
