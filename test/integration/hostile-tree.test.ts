import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { buildImage } from '../../harness/image/build.ts';
import type { CachedImage } from '../../harness/image/cache.ts';
import { recipeFor } from '../../harness/image/recipe.ts';
import { readUserTree } from '../../harness/image/user-tree.ts';
import { readCgroupLayout } from '../../harness/process/cgroup.ts';
import { openCleanupRegistry } from '../../harness/process/cleanup.ts';
import { processRunner } from '../../harness/process/runner.ts';

/**
 * A tree that brings programs of its own for everything that a build runs in it. Builds a Debian image for real (root,
 * mmdebstrap and a mirror, half a minute), and boots nothing. What the programs try is read-only, or at things of the
 * test's own.
 */
let folder: string;
let image: CachedImage;
/** What the tree's programs wrote down, a section for each. */
let log: string;

const { signal } = new AbortController();

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'twinboot-hostile-')));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
  // What sudo -E hands on in CI.
  vi.stubEnv('CI_TOKEN', 'hunter2');
  writeFileSync(join(folder, 'secret'), 'of the host', { mode: 0o600 });
  const trees = [await readUserTree(hostileTree(), signal)];
  const context = {
    runner: processRunner,
    cleanup: openCleanupRegistry('hostile-tree', 'test', processRunner),
    cgroups: readCgroupLayout(),
    signal,
  };
  image = await buildImage(context, recipeFor({ name: 'hostile', trees }), { note: () => undefined });
  await context.cleanup.releaseAll();
  log = await fileInImage('/hostile.log');
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** Does its work as ever, so that the build goes on, and writes down what it could reach. */
function hostileTree(): string {
  const tree = join(folder, 'tree');
  const put = (path: string, content: string): void => {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
    chmodSync(join(tree, path), 0o755);
  };
  const tries = `
    echo "uid_map: $(cat /proc/self/uid_map | tr -s ' ')"
    echo "secret: $(cat ${folder}/secret 2>&1)"
    echo "init's root: $(ls /proc/1/root/${folder} 2>&1)"
    echo "networks: $(sed 1,2d /proc/net/dev | cut -d: -f1 | tr -d ' ' | tr '\\n' ' ')"
    echo "capabilities: $(grep CapBnd /proc/self/status | cut -f2)"
    echo "environment: $(tr '\\0' '\\n' < /proc/$$/environ | cut -d= -f1 | sort | tr '\\n' ' ')"
    echo "mounts: $(cut -d' ' -f2 /proc/mounts | tr '\\n' ' ')"
    echo "a node of a disk: $(mknod /disk b 8 0 2>&1)"
    echo "user namespaces: $(unshare --user true 2>&1)"
    echo "core_pattern: $( { : >> /proc/sys/kernel/core_pattern; } 2>&1)"
    echo "kernel log: $(dmesg 2>&1 | head -1)"`;
  const program = (real: string): string =>
    `#!/bin/sh\n{ echo "# $0"${tries}\n} >> /hostile.log\nexec ${real} "$@"\n`;
  put('usr/bin/env', program('/usr/bin/false'));
  put('usr/sbin/ldconfig', program('true'));
  for (const name of ['systemd-sysusers', 'systemd-tmpfiles']) put(`usr/bin/${name}`, program('true'));
  put('usr/bin/journalctl', program('true'));
  put('usr/lib/systemd/systemd-update-done', program('touch /etc/.updated /var/.updated'));
  return tree;
}

async function fileInImage(path: string): Promise<string> {
  const { stdout } = await processRunner.run('debugfs', ['-R', `cat ${path}`, image.disk]);
  return stdout;
}

/** What each of the programs found out. */
function found(name: string): string[] {
  return [...log.matchAll(new RegExp(`^${name}: (.*)$`, 'gm'))].map(([, text]) => text ?? '');
}

describe('the programs of a hostile tree', () => {
  it('have run, each of them, or this test would show nothing', () => {
    expect(log.match(/^# .*$/gm)).toEqual([
      '# /usr/bin/systemd-sysusers',
      '# /usr/sbin/ldconfig',
      '# /usr/bin/journalctl',
      '# /usr/bin/systemd-tmpfiles',
      '# /usr/lib/systemd/systemd-update-done',
    ]);
  });

  it('are root of nothing but their own user namespace', () => {
    expect(new Set(found('uid_map').map((line) => line.trim()))).toEqual(new Set(['0 1000065536 65536']));
    expect(new Set(found('capabilities'))).toEqual(new Set(['00000000000000db']));
    expect(found('user namespaces').join()).toMatch(/No space left on device|Operation not permitted/);
  });

  it.each([
    ['secret', /No such file/],
    ["init's root", /No such file/],
    ['a node of a disk', /Operation not permitted/],
    ['core_pattern', /Permission denied/],
    ['networks', /^lo $/],
    ['mounts', /^\/ \/proc \/dev \/dev\/null \/dev\/zero \/dev\/full \/dev\/random \/dev\/urandom $/],
    ['environment', /^LC_ALL PATH SOURCE_DATE_EPOCH $/],
  ])('have no way to: %s', (name, expected) => {
    const answers = found(name);
    expect(answers).toHaveLength(5);
    for (const answer of answers) expect(answer).toMatch(expected);
  });
});
