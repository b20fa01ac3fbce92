import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TwinbootError } from '../../../core/error.ts';
import { bootstrap, mmdebstrapArguments } from '../../../harness/image/bootstrap.ts';
import { recipeFor } from '../../../harness/image/recipe.ts';
import type { RunOptions } from '../../../harness/process/runner.ts';
import { fakeRunner } from '../../fixtures/image/fake-tools.ts';

const recipe = recipeFor({}, 'x64');
const mirror = 'http://deb.debian.org/debian';
const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

function request(env: Record<string, string> = {}) {
  return {
    recipe,
    apt: { mirror, keyring, env },
    tree: '/cache/.build/tree',
    temporaryFolder: '/cache/.build/tmp',
    signal: new AbortController().signal,
    onLine: () => undefined,
  };
}

/** The error that mmdebstrap's own words lead to; the files hold what it really said. */
async function failureOf(stderr: string): Promise<TwinbootError> {
  const runner = fakeRunner({ mmdebstrap: () => ({ stderr, exitCode: 25 }) });
  const error: unknown = await bootstrap(request(), runner).catch((reason: unknown) => reason);
  if (!(error instanceof TwinbootError)) throw new Error('the bootstrap did not fail');
  return error;
}

function captured(name: string): string {
  return readFileSync(join(import.meta.dirname, '../../fixtures/image/mmdebstrap', `${name}.txt`), 'utf8');
}

describe('the bootstrap', () => {
  it('is one call of mmdebstrap', () => {
    expect(mmdebstrapArguments(recipe, { mirror, keyring }, { tree: '/cache/.build/tree' }))
      .toMatchInlineSnapshot(`
      [
        "--mode=root",
        "--format=directory",
        "--variant=minbase",
        "--keyring=/usr/share/keyrings/debian-archive-keyring.gpg",
        "--include=dbus,initramfs-tools,libpam-systemd,linux-image-cloud-amd64,systemd,systemd-sysv,udev,zstd",
        "trixie",
        "/cache/.build/tree",
        "http://deb.debian.org/debian",
      ]
    `);
  });

  it('merges /usr beforehand where the suite would bring in Perl to do it', () => {
    const bookworm = mmdebstrapArguments(
      recipeFor({ suite: 'bookworm' }, 'x64'),
      { mirror, keyring },
      { tree: '/tree' },
    );
    expect(bookworm).toContain('--hook-dir=/usr/share/mmdebstrap/hooks/merged-usr');
  });

  it("hands apt the host's proxy in the environment, where it leaves no trace in the image", async () => {
    let env: RunOptions['env'];
    const runner = fakeRunner({
      mmdebstrap: (_, options) => {
        env = options.env;
        return '';
      },
    });
    await bootstrap(request({ http_proxy: 'http://cache.lan:3142' }), runner);
    expect(env).toEqual({
      http_proxy: 'http://cache.lan:3142',
      SOURCE_DATE_EPOCH: '1767225600',
      E2FSPROGS_FAKE_TIME: '1767225600',
      TMPDIR: '/cache/.build/tmp',
    });
  });

  it('keeps the Release file of the archive, which says when it was published', () => {
    const places = { tree: '/tree', release: "/cache/it's/Release" };
    expect(mmdebstrapArguments(recipe, { mirror, keyring }, places)).toContain(
      `--customize-hook=cat "$1"/var/lib/apt/lists/*Release > '/cache/it'\\''s/Release'`,
    );
  });

  it.each([
    ['refused', 'mirror-unreachable', 'host'],
    ['unresolved', 'mirror-unreachable', 'host'],
    ['unsigned', 'missing-keyring', 'host'],
    ['disk-full', 'disk-full', 'host'],
    ['disk-full-later', 'disk-full', 'host'],
    ['unknown-suite', 'unknown-suite', 'usage'],
    ['unknown-package', 'unknown-package', 'usage'],
  ])('that ends in %s fails with %s', async (file, code, kind) => {
    expect(await failureOf(captured(file))).toMatchObject({ code, kind });
  });

  it('says what could not be reached', async () => {
    const { message } = await failureOf(captured('unresolved'));
    expect(message).toBe(
      "the mirror http://deb.debian.org/debian cannot be reached: Could not resolve 'nosuch.invalid'",
    );
  });

  it('shows the last lines that say something where the reason is not known', async () => {
    const error = await failureOf(
      'dpkg: error processing nginx\nE: setup failed\nE: mmdebstrap failed to run\n',
    );
    expect(error.code).toBe('bootstrap-failed');
    expect(error.message).toBe('mmdebstrap failed: dpkg: error processing nginx\nE: setup failed');
  });
});
