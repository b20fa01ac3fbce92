import { existsSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { applyBootMode } from '../../../harness/image/boot-mode.ts';
import { buildTools, fakeRunner, layDebianTree } from '../../fixtures/image/fake-tools.ts';
import { buildContext, sandbox } from '../../fixtures/image/sandbox.ts';

function debianTree(): string {
  const tree = join(sandbox().folder, 'tree');
  layDebianTree(tree);
  return tree;
}

const plain = (tree: string) => ({ tree, isForeign: false });
const foreign = (tree: string) => ({ tree, isForeign: true });

describe('a settled tree', () => {
  it("has had its first boot's work done by its own programs, the stamps last", async () => {
    const tree = debianTree();
    const runner = fakeRunner(buildTools());
    await applyBootMode(plain(tree), 'settled', buildContext(runner));
    expect(runner.calls.map((call) => call.slice(call.indexOf('LC_ALL=C.UTF-8 ') + 15))).toEqual([
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
    await applyBootMode(plain(tree), 'settled', buildContext(runner));
    expect(runner.calls[0]).toBe(
      `unshare --mount --pid --net --ipc --fork --kill-child --mount-proc=${tree}/proc chroot ${tree} ` +
        '/usr/bin/env -i PATH=/usr/sbin:/usr/bin SOURCE_DATE_EPOCH=1767225600 LC_ALL=C.UTF-8 /usr/bin/systemd-sysusers',
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
      applyBootMode(plain(debianTree()), 'settled', buildContext(exits(program, exitCode)));
    await expect(settle('/usr/sbin/ldconfig', 1)).rejects.toMatchObject({
      code: 'settle-failed',
      message: '/usr/sbin/ldconfig failed in the image (exit 1): it broke',
    });
    await expect(settle('/usr/bin/systemd-tmpfiles', 73)).resolves.toHaveLength(3);
  });

  it('goes without stamps where the suite has no program that writes them', async () => {
    const tree = debianTree();
    rmSync(join(tree, 'usr/lib/systemd/systemd-update-done'));
    const changes = await applyBootMode(plain(tree), 'settled', buildContext(fakeRunner(buildTools())));
    expect(changes[1]).toMatch(/^No update stamps: this suite has no systemd-update-done/);
    expect(existsSync(join(tree, 'etc/.updated'))).toBe(false);
  });

  it('is refused where the stamps or the machine-id are not there afterwards', async () => {
    const runner = fakeRunner({ unshare: () => '' });
    await expect(applyBootMode(plain(debianTree()), 'settled', buildContext(runner))).rejects.toThrow(
      'the image has no /etc/.updated and no /var/.updated after settling',
    );
  });
});

describe('a settled tree that holds what somebody else has written', () => {
  it('has none of its programs run but by tree-programs.pl, in a control group that is gone afterwards', async () => {
    const tree = debianTree();
    const runner = fakeRunner(buildTools());
    const context = buildContext(runner);
    await applyBootMode(foreign(tree), 'settled', context);
    expect(runner.calls).toHaveLength(5);
    for (const call of runner.calls) {
      expect(call).toMatch(
        /^perl \S+\/tree-programs\.pl (x64|arm64) \S+\/tree 1000065536 65536 \S+\/twinboot-build-[0-9a-f]{16} \//,
      );
    }
    expect(readdirSync(context.cgroups.unified ?? '')).toEqual([]);
  });

  it('is refused where the host cannot confine them', async () => {
    const runner = fakeRunner({
      perl: () => ({ exitCode: 125, stderr: 'tree-programs.pl: no user namespace could be made\n' }),
    });
    await expect(applyBootMode(foreign(debianTree()), 'settled', buildContext(runner))).rejects.toMatchObject(
      {
        code: 'tree-not-confined',
        kind: 'host',
      },
    );
  });

  it('is not believed where a link stands for what its programs should have made', async () => {
    const tree = debianTree();
    const outside = join(tree, '../outside');
    writeFileSync(outside, `${'0123456789abcdef'.repeat(2)}\n`);
    const runner = fakeRunner(
      buildTools({
        perl: (args) => {
          if (!args.includes('/usr/lib/systemd/systemd-update-done')) return '';
          for (const name of ['etc/machine-id', 'etc/.updated', 'var/.updated']) {
            rmSync(join(tree, name), { force: true });
            symlinkSync(outside, join(tree, name));
          }
          return '';
        },
      }),
    );
    await expect(applyBootMode(foreign(tree), 'settled', buildContext(runner))).rejects.toThrow(
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
    await applyBootMode(plain(tree), 'first', buildContext(runner));
    expect(readFileSync(join(tree, 'etc/machine-id'), 'utf8')).toBe('');
    expect(existsSync(join(tree, 'etc/.updated'))).toBe(false);
    expect(runner.calls).toEqual([]);
  });
});
