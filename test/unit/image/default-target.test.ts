import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { adoptDefaultTarget, defaultTargetOf } from '../../../harness/image/default-target.ts';

let tree: string;
beforeEach(() => (tree = mkdtempSync(join(tmpdir(), 'twinboot-test-'))));
afterEach(() => rmSync(tree, { recursive: true }));

function place(path: string, content: { to: string } | string): void {
  const file = join(tree, path);
  mkdirSync(dirname(file), { recursive: true });
  if (typeof content === 'string') writeFileSync(file, content);
  else symlinkSync(content.to, file);
}

function stock(): void {
  place('usr/lib/systemd/system/graphical.target', '[Unit]\n');
  place('usr/lib/systemd/system/default.target', { to: 'graphical.target' });
}

it('an image that boots as Debian does is left as it is', () => {
  stock();
  expect(defaultTargetOf(tree)).toBe('graphical.target');
  expect(adoptDefaultTarget(tree)).toEqual([]);
});

it('a default target that no file describes is refused before it is booted', () => {
  stock();
  place('etc/systemd/system/default.target', { to: '/etc/systemd/system/kioks.target' });
  expect(() => adoptDefaultTarget(tree)).toThrow(
    expect.objectContaining({
      code: 'bad-tree',
      message: 'the image boots to kioks.target, which no unit file describes',
    }) as Error,
  );
});

it('another default target wants the agent, which starts after it', () => {
  stock();
  place('etc/systemd/system/kiosk.target', '[Unit]\n');
  place('etc/systemd/system/default.target', { to: '/etc/systemd/system/kiosk.target' });
  expect(adoptDefaultTarget(tree)).toEqual([expect.stringContaining('kiosk.target')]);
  const system = join(tree, 'etc/systemd/system');
  expect(readlinkSync(join(system, 'kiosk.target.wants/twinboot-agent.service'))).toBe(
    '/usr/lib/systemd/system/twinboot-agent.service',
  );
  expect(readFileSync(join(system, 'twinboot-agent.service.d/default-target.conf'), 'utf8')).toBe(
    '[Unit]\nAfter=kiosk.target\n',
  );
});

it('an alias is followed to the target itself, a circle is not', () => {
  place('etc/systemd/system/default.target', { to: 'runlevel5.target' });
  place('usr/lib/systemd/system/runlevel5.target', { to: 'graphical.target' });
  place('usr/lib/systemd/system/graphical.target', '[Unit]\n');
  expect(defaultTargetOf(tree)).toBe('graphical.target');
  place('etc/systemd/system/runlevel5.target', { to: 'default.target' });
  expect(defaultTargetOf(tree)).toBeUndefined();
});

it.each(['/', '..', '/usr/lib/systemd/system'])('a link to %s leads to no target', (target) => {
  place('etc/systemd/system/default.target', { to: target });
  expect(defaultTargetOf(tree)).toBeUndefined();
});

it('a tree without one has none', () => {
  expect(defaultTargetOf(tree)).toBeUndefined();
  expect(adoptDefaultTarget(tree)).toEqual([]);
});

it('a link in the place of a folder of units leads nowhere', () => {
  stock();
  place('etc/systemd/system/default.target', { to: '/etc/systemd/system/kiosk.target' });
  place('etc/systemd/system/kiosk.target', '[Unit]\n');
  const outside = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
  place('etc/systemd/system/kiosk.target.wants', { to: outside });
  expect(() => adoptDefaultTarget(tree)).toThrow(/kiosk\.target\.wants is a link/);
  expect(readdirSync(outside)).toEqual([]);
  rmSync(outside, { recursive: true });
});
