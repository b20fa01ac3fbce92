import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readAptAccess } from '../../../harness/image/host-apt.ts';
import { fakeRunner } from '../../fixtures/image/fake-tools.ts';
import { sandbox } from '../../fixtures/image/sandbox.ts';

const noSettings = fakeRunner({ 'apt-config': () => '' });

function settings(text: string) {
  return fakeRunner({
    'apt-config': () => text,
    '/usr/bin/auto-apt-proxy': ([uri]) => `http://proxy-for.${new URL(uri ?? '').hostname}:3142\n`,
  });
}

describe("how the host's apt reaches Debian", () => {
  it('takes the mirror from the files of /etc/apt and no proxy where none is set', async () => {
    const { root } = sandbox();
    mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });
    writeFileSync(join(root, 'etc/apt/sources.list'), 'deb http://ftp.fr.debian.org/debian trixie main\n');
    writeFileSync(
      join(root, 'etc/apt/sources.list.d/old.list.save'),
      'deb http://wrong.example/debian trixie main\n',
    );
    expect(await readAptAccess(noSettings, { root })).toEqual({
      mirror: 'http://ftp.fr.debian.org/debian',
      keyring: join(root, 'usr/share/keyrings/debian-archive-keyring.gpg'),
      env: {},
    });
  });

  it('falls back to deb.debian.org, and prefers the mirror that was named', async () => {
    const { root } = sandbox();
    expect((await readAptAccess(noSettings, { root })).mirror).toBe('http://deb.debian.org/debian');
    const named = await readAptAccess(noSettings, { root, mirror: 'http://mirror.lan/debian' });
    expect(named.mirror).toBe('http://mirror.lan/debian');
  });

  it('uses the proxy of apt.conf', async () => {
    const runner = settings('Acquire \nAcquire::http \nAcquire::http::Proxy http://cache.lan:3142\n');
    expect((await readAptAccess(runner, sandbox())).env).toEqual({
      http_proxy: 'http://cache.lan:3142',
      https_proxy: 'http://cache.lan:3142',
    });
  });

  it('asks the command that detects a proxy', async () => {
    const runner = settings(
      'Acquire::http::Proxy-Auto-Detect /usr/bin/auto-apt-proxy\nAcquire::http::Proxy http://other.lan:1\n',
    );
    expect((await readAptAccess(runner, sandbox())).env.http_proxy).toBe(
      'http://proxy-for.deb.debian.org:3142',
    );
  });

  it("obeys an exception for the mirror's host, also against the environment", async () => {
    const runner = settings(
      'Acquire::http::Proxy http://cache.lan:3142\nAcquire::http::Proxy::deb.debian.org DIRECT\n',
    );
    expect((await readAptAccess(runner, sandbox())).env.http_proxy).toBe('');
  });

  it('needs the keys that Debian signs with', async () => {
    const { root } = sandbox();
    rmSync(join(root, 'usr/share/keyrings'), { recursive: true });
    await expect(readAptAccess(noSettings, { root })).rejects.toMatchObject({
      code: 'missing-keyring',
      kind: 'host',
      hint: 'apt-get install debian-archive-keyring',
    });
  });
});
