import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  existsSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  describeResource,
  isPresent,
  loopBacking,
  removeResource,
} from '../../../harness/process/resource.ts';
import { processRunner } from '../../../harness/process/runner.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An `xl` whose domains are the files of a folder; `sick` makes all of it fail. */
function installXl(domains: string): void {
  const program = `#!/bin/sh
[ ! -e '${folder}/sick' ] || { echo 'xencall: error: no permission' >&2; exit 1; }
case $1 in
list)
	echo 'Name   ID   Mem VCPUs	State	Time(s)'
	for one in '${domains}'/*; do echo "\${one##*/}   3   512   1   r-----   1.0"; done
	;;
destroy) rm "${domains}/$2" ;;
esac
`;
  writeFileSync(join(folder, 'xl'), program, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder}:${process.env.PATH ?? ''}`);
}

describe('a domain of Xen', () => {
  const domain = { kind: 'xen-domain', name: 'twinboot-1' } as const;
  let domains: string;

  beforeEach(() => {
    domains = join(folder, 'domains');
    mkdirSync(domains);
  });
  afterEach(() => vi.unstubAllEnvs());

  it('is none where there is no Xen', async () => {
    vi.stubEnv('PATH', folder);
    expect(isPresent(domain)).toBe(false);
    await removeResource(domain, processRunner);
  });

  it('is destroyed by its whole name, and no other is', async () => {
    installXl(domains);
    for (const name of ['twinboot-1', 'twinboot-12', 'mail']) writeFileSync(join(domains, name), '');
    expect(isPresent(domain)).toBe(true);
    await removeResource(domain, processRunner);
    expect(isPresent(domain)).toBe(false);
    expect(readdirSync(domains)).toEqual(['mail', 'twinboot-12']);
  });

  it('is taken for there where Xen cannot be asked, and its removal says why it failed', async () => {
    installXl(domains);
    writeFileSync(join(folder, 'sick'), '');
    expect(isPresent(domain)).toBe(true);
    await expect(removeResource(domain, processRunner)).rejects.toThrow('no permission');
  });
});

describe('a path', () => {
  it('goes with all that is in it, and once more does no harm', async () => {
    const path = join(folder, 'a');
    mkdirSync(join(path, 'b'), { recursive: true });
    expect(isPresent({ kind: 'path', path })).toBe(true);
    await removeResource({ kind: 'path', path }, processRunner);
    await removeResource({ kind: 'path', path }, processRunner);
    expect(isPresent({ kind: 'path', path })).toBe(false);
  });

  it('is a link: what it points to stays', async () => {
    writeFileSync(join(folder, 'target'), '');
    symlinkSync(join(folder, 'target'), join(folder, 'link'));
    await removeResource({ kind: 'path', path: join(folder, 'link') }, processRunner);
    expect(existsSync(join(folder, 'target'))).toBe(true);
    expect(existsSync(join(folder, 'link'))).toBe(false);
  });

  it.each(['/', '/proc', '/proc/', '/dev/../proc'])('is never removed through a mount: %s', async (path) => {
    await expect(removeResource({ kind: 'path', path }, processRunner)).rejects.toMatchObject({
      code: 'still-mounted',
    });
  });

  it('is never removed through a mount that a link on the way leads to', async () => {
    symlinkSync('/', join(folder, 'root'));
    const path = join(folder, 'root', 'proc');
    await expect(removeResource({ kind: 'path', path }, processRunner)).rejects.toMatchObject({
      code: 'still-mounted',
    });
  });
});

describe('a loop device', () => {
  it('that is free has no backing file', () => {
    expect(loopBacking('/dev/loop4095')).toBeUndefined();
  });

  it('that somebody else has since is left alone', async () => {
    const never = { run: () => Promise.reject(new Error('nothing may be run')) };
    await removeResource({ kind: 'loop', device: '/dev/loop4095', backing: '/images/disk.raw' }, never);
  });
});

describe('a setting of the kernel', () => {
  const change = (before: string, raisedTo: string) =>
    ({ kind: 'sysctl', file: join(folder, 'setting'), before, raisedTo }) as const;
  const setting = (): string => readFileSync(join(folder, 'setting'), 'utf8');

  it('gets its old value back, and once more does no harm', async () => {
    writeFileSync(join(folder, 'setting'), '1024\n');
    expect(isPresent(change('128', '1024'))).toBe(true);
    await removeResource(change('128', '1024'), processRunner);
    await removeResource(change('128', '1024'), processRunner);
    expect(setting()).toBe('128');
    expect(isPresent(change('128', '1024'))).toBe(false);
  });

  it('that somebody else has set since is left alone', async () => {
    writeFileSync(join(folder, 'setting'), '8192\n');
    expect(isPresent(change('128', '1024'))).toBe(false);
    await removeResource(change('128', '1024'), processRunner);
    expect(setting()).toBe('8192\n');
  });

  it('that was registered and never written is not there to be put back', () => {
    writeFileSync(join(folder, 'setting'), '128\n');
    expect(isPresent(change('128', '1024'))).toBe(false);
  });

  it('that this kernel does not have is passed over', async () => {
    expect(isPresent(change('128', '1024'))).toBe(false);
    await removeResource(change('128', '1024'), processRunner);
    expect(existsSync(join(folder, 'setting'))).toBe(false);
  });
});

it('every resource has words for people', () => {
  expect(describeResource({ kind: 'cgroup', folders: ['/sys/fs/cgroup/twinboot-1'] })).toBe(
    'cgroup /sys/fs/cgroup/twinboot-1',
  );
  expect(describeResource({ kind: 'mount', path: '/m' })).toBe('mount /m');
  expect(describeResource({ kind: 'loop', device: '/dev/loop0', backing: '/b' })).toBe(
    'loop device /dev/loop0',
  );
  expect(describeResource({ kind: 'path', path: '/p' })).toBe('/p');
  expect(describeResource({ kind: 'xen-domain', name: 'twinboot-1' })).toBe('Xen domain twinboot-1');
  expect(describeResource({ kind: 'sysctl', file: '/proc/sys/a', before: '1', raisedTo: '2' })).toBe(
    'change of /proc/sys/a from 1 to 2',
  );
});
