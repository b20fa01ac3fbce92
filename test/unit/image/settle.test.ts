import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyBootMode } from '../../../harness/image/settle.ts';
import { buildTools, fakeRunner, layDebianTree } from '../../fixtures/image/fake-tools.ts';
import { sandbox } from '../../fixtures/image/sandbox.ts';

const { signal } = new AbortController();

function debianTree(): string {
  const tree = join(sandbox().folder, 'tree');
  layDebianTree(tree);
  return tree;
}

describe('a settled tree', () => {
  it("has had its first boot's work done by its own programs, the stamps last", async () => {
    const tree = debianTree();
    const runner = fakeRunner(buildTools());
    await applyBootMode(tree, 'settled', { runner, signal });
    expect(runner.calls.map((call) => call.slice(call.indexOf('LC_ALL=C.UTF-8 ') + 15))).toEqual([
      '/usr/bin/systemd-machine-id-setup',
      '/usr/bin/systemd-sysusers',
      '/usr/sbin/ldconfig',
      '/usr/bin/journalctl --update-catalog',
      '/usr/bin/systemd-tmpfiles --create --exclude-prefix=/dev --exclude-prefix=/proc --exclude-prefix=/run --exclude-prefix=/sys --exclude-prefix=/tmp',
      '/usr/lib/systemd/systemd-update-done',
    ]);
  });

  it('runs them in namespaces of their own, without the environment of the host', async () => {
    const tree = debianTree();
    const runner = fakeRunner(buildTools());
    await applyBootMode(tree, 'settled', { runner, signal });
    expect(runner.calls[0]).toBe(
      `unshare --mount --pid --fork --kill-child --mount-proc=${tree}/proc chroot ${tree} ` +
        '/usr/bin/env -i PATH=/usr/sbin:/usr/bin LC_ALL=C.UTF-8 /usr/bin/systemd-machine-id-setup',
    );
  });

  it('is refused where a program fails, and tmpfiles may fail as its own unit allows', async () => {
    const exits = (program: string, exitCode: number) =>
      fakeRunner(
        buildTools({
          unshare: (args) =>
            args.includes(program)
              ? { exitCode, stderr: 'it broke\n' }
              : (buildTools().unshare?.(args, {}) ?? ''),
        }),
      );
    const settle = (program: string, exitCode: number) =>
      applyBootMode(debianTree(), 'settled', { runner: exits(program, exitCode), signal });
    await expect(settle('/usr/sbin/ldconfig', 1)).rejects.toMatchObject({
      code: 'settle-failed',
      message: '/usr/sbin/ldconfig failed in the image (exit 1): it broke',
    });
    await expect(settle('/usr/bin/systemd-tmpfiles', 73)).resolves.toHaveLength(3);
  });

  it('goes without stamps where the suite has no program that writes them', async () => {
    const tree = debianTree();
    rmSync(join(tree, 'usr/lib/systemd/systemd-update-done'));
    const changes = await applyBootMode(tree, 'settled', { runner: fakeRunner(buildTools()), signal });
    expect(changes[1]).toMatch(/^No update stamps: this suite has no systemd-update-done/);
    expect(existsSync(join(tree, 'etc/.updated'))).toBe(false);
  });

  it('is refused where the stamps or the machine-id are not there afterwards', async () => {
    const runner = fakeRunner({ unshare: () => '' });
    await expect(applyBootMode(debianTree(), 'settled', { runner, signal })).rejects.toThrow(
      'the image has no /etc/.updated and no /var/.updated after settling',
    );
  });
});

describe('a tree whose every boot is a first boot', () => {
  it('has an empty machine-id, which asks no questions on the console, and no stamps', async () => {
    const tree = debianTree();
    writeFileSync(join(tree, 'etc/machine-id'), 'uninitialized\n');
    writeFileSync(join(tree, 'etc/.updated'), '');
    const runner = fakeRunner({});
    await applyBootMode(tree, 'first', { runner, signal });
    expect(readFileSync(join(tree, 'etc/machine-id'), 'utf8')).toBe('');
    expect(existsSync(join(tree, 'etc/.updated'))).toBe(false);
    expect(runner.calls).toEqual([]);
  });
});
