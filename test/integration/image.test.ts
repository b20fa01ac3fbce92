import { existsSync, mkdtempSync, readFileSync, readdirSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { readCgroupLayout } from '../../harness/process/cgroup.ts';
import { buildImage } from '../../harness/image/build.ts';
import { imagesFolder } from '../../harness/image/cache.ts';
import { findImage, listImages, removeImage } from '../../harness/image/catalogue.ts';
import { digestFile } from '../../harness/image/pack.ts';
import { recipeFor } from '../../harness/image/recipe.ts';
import { resolveImage } from '../../harness/image/resolve.ts';
import { findLeftovers, openCleanupRegistry, stateFolder } from '../../harness/process/cleanup.ts';
import { mountPointsBelow } from '../../harness/process/mounts.ts';
import { processRunner } from '../../harness/process/runner.ts';
import { packageRoot } from '../../core/package-root.ts';

/** These build Debian images for real: root, mmdebstrap and a Debian mirror, and half a minute for each. */

let folder: string;

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'twinboot-image-')));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
});

afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

/** `test/fixtures/image/build.ts` in a process of its own. */
function builder(image: string) {
  const script = join(packageRoot(), 'test/fixtures/image/build.ts');
  return execa('node', ['--import', 'tsx', script, image], { cwd: packageRoot(), reject: false });
}

function untilBootstrapping(child: ReturnType<typeof builder>): Promise<void> {
  return new Promise((resolve) => {
    child.stdout.on('data', (text: Buffer) => {
      if (text.toString().includes('downloading packages')) resolve();
    });
  });
}

/** Commands of this host that still work on something below the cache. */
function buildersAtWork(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => commandLine(pid))
    .filter((command) => command.includes(imagesFolder()));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

async function fileInImage(path: string): Promise<string> {
  const { stdout } = await processRunner.run('debugfs', [
    '-R',
    `cat ${path}`,
    findImage('trixie').image.disk,
  ]);
  return stdout;
}

describe('two builds of the same image at once', () => {
  it('make one image: the second waits for the first and takes what it made', async () => {
    const [first, second] = await Promise.all([builder('trixie'), builder('trixie')]);
    expect([first.stdout.split('\n').at(-1), second.stdout.split('\n').at(-1)]).toEqual(['ok', 'ok']);
    const both = `${first.stdout}\n${second.stdout}`;
    expect(both.match(/is building it, waiting/g)).toHaveLength(1);
    expect(both.match(/: built in /g)).toHaveLength(1);
    expect(readdirSync(imagesFolder())).toHaveLength(1);
  });

  it('leave no mount, no process and nothing registered on the host', () => {
    expect(mountPointsBelow(folder)).toEqual([]);
    expect(buildersAtWork()).toEqual([]);
    expect(readdirSync(join(stateFolder(), 'owners'))).toEqual([]);
  });
});

describe('the image', () => {
  it('is what its description says', async () => {
    const { description, disk, kernel, initrd } = findImage('trixie').image;
    expect(description).toMatchObject({ suite: 'trixie', boot: 'settled', digest: await digestFile(disk) });
    expect(description.initSystem).toMatch(/^systemd 257/);
    expect(description.kernel).toMatch(/cloud/);
    const names = description.packages.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['dbus', 'libpam-systemd', 'systemd', 'udev']));
    expect(existsSync(kernel) && existsSync(initrd)).toBe(true);
  });

  it('is settled: it has an identity and stamps that are as new as /usr', async () => {
    expect(await fileInImage('/etc/machine-id')).toMatch(/^[0-9a-f]{32}$/);
    for (const stamp of ['/etc/.updated', '/var/.updated']) {
      const stampNs = /TIMESTAMP_NSEC=(\d+)/.exec(await fileInImage(stamp))?.[1];
      expect(BigInt(stampNs ?? 0)).toBeGreaterThanOrEqual(await modifiedNs('/usr'));
    }
  });

  it("has the agent, wanted by multi-user.target, and nothing of the build host's", async () => {
    expect(await fileInImage('/usr/lib/twinboot/agent')).toMatch(/^#!\/bin\/sh/);
    expect(await fileInImage('/etc/hostname')).toBe('twinboot');
    expect(await fileInImage('/etc/resolv.conf')).toBe('');
    const wants = await processRunner.run('debugfs', [
      '-R',
      'ls -p /etc/systemd/system/multi-user.target.wants',
      findImage('trixie').image.disk,
    ]);
    expect(wants.stdout).toContain('/twinboot-agent.service/');
  });

  it('is a clean file system', async () => {
    await processRunner.run('e2fsck', ['-fn', findImage('trixie').image.disk]);
  });

  it('comes from the cache the second time, in well under half a second', async () => {
    const notes: string[] = [];
    const start = performance.now();
    await resolveImage(context(), { note: (message) => notes.push(message) });
    expect(performance.now() - start).toBeLessThan(500);
    expect(notes).toEqual([expect.stringMatching(/^image trixie: cached since/)]);
  });

  it('is not removed while something has it open', async () => {
    const { image } = findImage('trixie');
    const reader = execa('tail', ['-f', '-c', '1', image.disk], { reject: false, stdout: 'ignore' });
    await vi.waitFor(async () => {
      await expect(removeImage('trixie')).rejects.toMatchObject({
        code: 'image-in-use',
        message: expect.stringContaining(`tail (pid ${reader.pid ?? 0})`) as string,
      });
    });
    reader.kill();
    await reader;
  });
});

describe('a build that is interrupted', () => {
  it('ends soon and leaves nothing of itself', async () => {
    const child = builder('trixie-first');
    await untilBootstrapping(child);
    child.kill('SIGINT');
    expect((await child).stdout.split('\n').at(-1)).toBe('interrupted');
    expect(listImages().map(({ name }) => name)).toEqual(['trixie']);
    expect(readdirSync(imagesFolder())).toHaveLength(1);
    expect(buildersAtWork()).toEqual([]);
    expect(mountPointsBelow(folder)).toEqual([]);
  });

  it('by SIGKILL takes its commands with it, and twinboot clean removes its half image', async () => {
    const child = builder('trixie-first');
    await untilBootstrapping(child);
    child.kill('SIGKILL');
    await child;
    await vi.waitFor(() => expect(buildersAtWork()).toEqual([]), 5000);
    expect(listImages().map(({ name }) => name)).toEqual(['trixie']);
    expect(readdirSync(imagesFolder())).toHaveLength(2);

    const [leftover, ...others] = findLeftovers(processRunner);
    expect(leftover?.purpose).toBe('image build trixie-first');
    expect(others).toEqual([]);
    expect(await leftover?.remove()).toEqual([]);
    expect(readdirSync(imagesFolder())).toHaveLength(1);
    expect(mountPointsBelow(folder)).toEqual([]);
  });
});

describe('a build without a mirror', () => {
  it('names the mirror and the stage', async () => {
    const build = buildImage(
      context(),
      recipeFor({ boot: 'first' }),
      { note: () => undefined },
      { mirror: 'http://127.0.0.1:9/debian' },
    );
    await expect(build).rejects.toMatchObject({
      code: 'mirror-unreachable',
      message: expect.stringMatching(
        /^image trixie-first: bootstrap: the mirror http:\/\/127\.0\.0\.1:9\/debian cannot be reached: Could not connect/,
      ) as string,
    });
    expect(readdirSync(imagesFolder())).toHaveLength(1);
  });
});

describe('removing the image', () => {
  it('empties the cache', async () => {
    expect(await removeImage('trixie')).toBe(1);
    expect(listImages()).toEqual([]);
    expect(readdirSync(imagesFolder())).toEqual([]);
  });
});

let contexts = 0;

function context() {
  contexts += 1;
  return {
    runner: processRunner,
    cleanup: openCleanupRegistry(`test-${contexts}`, 'test', processRunner),
    signal: new AbortController().signal,
    cgroups: readCgroupLayout(),
  };
}

async function modifiedNs(path: string): Promise<bigint> {
  const { stdout } = await processRunner.run('debugfs', [
    '-R',
    `stat ${path}`,
    findImage('trixie').image.disk,
  ]);
  const [, seconds, extra] = /mtime: 0x([0-9a-f]+):([0-9a-f]+)/.exec(stdout) ?? [];
  // ext4 keeps nanoseconds in the upper 30 bits of the second word.
  return BigInt(`0x${seconds ?? '0'}`) * 1_000_000_000n + (BigInt(`0x${extra ?? '0'}`) >> 2n);
}
