import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HostContext } from '../../../harness/host/context.ts';
import type { CachedImage } from '../../../harness/image/cache.ts';
import {
  createLowerLayer,
  type LowerLayer,
  type LowerSharing,
} from '../../../harness/runtimes/lower-layer.ts';
import type { Resource } from '../../../harness/process/resource.ts';
import type { Finished } from '../../../harness/process/runner.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const image = { disk: '/images/disk.raw' } as CachedImage;

interface Host {
  context: HostContext;
  /** Everything that was done to it, in order. */
  done: string[];
  attached: Set<string>;
}

/** A host with loop devices of which the first free one is always found first, as the kernel does. */
function hostWith({ loops = 64 } = {}): Host {
  const done: string[] = [];
  const attached = new Set<string>();
  const devices = Array.from({ length: loops }, (_, index) => join(folder, `loop${index}`));
  for (const device of devices) writeFileSync(device, '');
  const answer = (command: string, args: readonly string[]): Partial<Finished> => {
    if (command !== 'losetup') return {};
    if (args[0] === '--find') {
      return {
        stdout: `${devices.find((device) => !attached.has(device)) ?? join(folder, `loop${loops}`)}\n`,
      };
    }
    const device = String(args[1]);
    if (attached.has(device)) return { exitCode: 1 };
    attached.add(device);
    return {};
  };
  const context = {
    workFolder: folder,
    runner: {
      run: async (command: string, args: readonly string[]) => {
        if (args[0] !== '--find') done.push([command, ...args].join(' ').replaceAll(folder, ''));
        await new Promise((resolve) => setImmediate(resolve));
        return { stdout: '', stderr: '', exitCode: 0, ...answer(command, args) };
      },
    },
    cleanup: {
      register(resource: Resource) {
        const what = resource.kind === 'loop' ? resource.device : 'path' in resource ? resource.path : '';
        const name = `${resource.kind} ${what.replace(folder, '')}`;
        done.push(`registered ${name}`);
        return {
          resource,
          release() {
            done.push(`released ${name}`);
            return Promise.resolve();
          },
          forget: () => undefined,
        };
      },
    },
  } as unknown as HostContext;
  return { context, done, attached };
}

/** The layer of two boots that live at the same time. */
async function ofTwo(sharing: LowerSharing, { context }: Host, idBase?: number): Promise<string[]> {
  const layer = createLowerLayer(sharing, context, image, idBase);
  const users = [await acquire(layer, 'r1'), await acquire(layer, 'r2')];
  for (const user of users) await user.release();
  return users.map(({ path }) => path.replace(folder, ''));
}

function acquire(layer: LowerLayer, boot: string): ReturnType<LowerLayer['acquire']> {
  mkdirSync(join(folder, boot));
  return layer.acquire(join(folder, boot));
}

describe('a lower layer', () => {
  it('that is shared is one mount for all that live at once, and goes with the last', async () => {
    const host = hostWith();
    expect(await ofTwo('shared', host)).toEqual(['/lower', '/lower']);
    expect(host.done).toEqual([
      'registered loop /loop0',
      'losetup --read-only /loop0 /images/disk.raw',
      'registered mount /lower',
      'mount -t ext4 -o ro,noload,nosuid,nodev /loop0 /lower',
      'released mount /lower',
      'released loop /loop0',
    ]);
  });

  it('that is kept is mounted once for all boots, and goes when the run does', async () => {
    const host = hostWith();
    const layer = createLowerLayer('kept', host.context, image);
    const paths: string[] = [];
    for (const boot of ['r1', 'r2']) {
      const user = await acquire(layer, boot);
      paths.push(user.path);
      await user.release();
    }
    expect(new Set(paths).size).toBe(1);
    expect(host.done.filter((step) => step.startsWith('mount'))).toHaveLength(1);
    expect(host.done.filter((step) => step.startsWith('released'))).toEqual([]);
    await layer.release();
    expect(host.done.slice(-2)).toEqual([
      `released mount ${(paths[0] ?? '').replace(folder, '')}`,
      'released loop /loop0',
    ]);
  });

  it('that is kept is given back once, however many acquired it first at once', async () => {
    const host = hostWith();
    const layer = createLowerLayer('kept', host.context, image);
    const users = await Promise.all([acquire(layer, 'r1'), acquire(layer, 'r2')]);
    for (const user of users) await user.release();
    await layer.release();
    await layer.release();
    expect(host.done.filter((step) => step.startsWith('mount'))).toHaveLength(1);
    expect(host.done.filter((step) => step.startsWith('released'))).toHaveLength(2);
  });

  it('that is kept is none of another runtime', async () => {
    const { context } = hostWith();
    const [one, other] = [createLowerLayer('kept', context, image), createLowerLayer('kept', context, image)];
    expect((await acquire(one, 'r1')).path).not.toBe((await acquire(other, 'r2')).path);
  });

  it('of each its own is a loop device and a mount in the folder of each boot, registered before they are made', async () => {
    const host = hostWith();
    expect(await ofTwo('own', host)).toEqual(['/r1/lower', '/r2/lower']);
    expect(host.attached.size).toBe(2);
    const of = (loop: string, path: string): string[] => [
      `registered loop ${loop}`,
      `losetup --read-only ${loop} /images/disk.raw`,
      `registered mount ${path}`,
      `mount -t ext4 -o ro,noload,nosuid,nodev ${loop} ${path}`,
      `released mount ${path}`,
      `released loop ${loop}`,
    ];
    for (const [loop, path] of [
      ['/loop0', '/r1/lower'],
      ['/loop1', '/r2/lower'],
    ] as const) {
      expect(host.done.filter((step) => step.includes(loop) || step.includes(path))).toEqual(of(loop, path));
    }
  });

  it('of each its own is mapped to the ids of a user namespace, each for itself', async () => {
    const host = hostWith();
    await ofTwo('own', host, 1_000_000_000);
    const mapped = host.done.filter((step) => step.startsWith('perl'));
    expect(mapped.map((step) => step.split(' ').slice(2).join(' '))).toEqual([
      '/r1/lower 1000000000 65536',
      '/r2/lower 1000000000 65536',
    ]);
  });

  it('of each its own attaches one loop device after the other, however many boot at once', async () => {
    const host = hostWith();
    const layer = createLowerLayer('own', host.context, image);
    await Promise.all(Array.from({ length: 40 }, (_, index) => acquire(layer, `r${index}`)));
    expect(host.attached.size).toBe(40);
  });

  it('says how to make the file of a loop device that /dev does not show', async () => {
    const layer = createLowerLayer('own', hostWith({ loops: 1 }).context, image);
    await acquire(layer, 'r1');
    await expect(acquire(layer, 'r2')).rejects.toMatchObject({
      code: 'no-loop-device',
      message: `${folder}/loop1 is free, and /dev has no file for it`,
      hint: `mknod ${folder}/loop1 b 7 1`,
    });
    expect(existsSync(join(folder, 'loop1'))).toBe(false);
  });

  it('says what to do where the host gives out no loop device', async () => {
    const { context } = hostWith();
    context.runner.run = () =>
      Promise.resolve({ stdout: '', stderr: 'losetup: cannot find an unused loop device', exitCode: 1 });
    await expect(acquire(createLowerLayer('shared', context, image), 'r1')).rejects.toMatchObject({
      code: 'no-loop-device',
      message: 'this host has no free loop device: losetup: cannot find an unused loop device',
      hint: expect.stringContaining('/dev/loop-control') as string,
    });
  });
});
