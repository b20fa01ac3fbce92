import { availableParallelism } from 'node:os';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { MIB } from '../core/units.ts';
import type { HostContext } from '../harness/host/context.ts';
import type { CachedImage } from '../harness/image/cache.ts';
import { resolveImage } from '../harness/image/resolve.ts';
import { prepareRuntime } from '../harness/runtimes/prepare.ts';
import { presets } from '../harness/runtimes/registry.ts';
import type { PreparedRuntime } from '../harness/runtimes/runtime.ts';
import { parseRuntimeSpec } from '../harness/runtimes/spec.ts';
import type { RuntimeDescription } from '../results/record.ts';
import { takeRunLock } from '../harness/process/run-lock.ts';

export interface Ground {
  /** The image that `twinboot run` boots where it is not told otherwise. */
  image: CachedImage;
  /** The default runtimes as they come out of their preparation. */
  runtimes: RuntimeDescription[];
}

/** The limits that `twinboot run` sets where it is not told otherwise. */
const limits = { memoryBytes: 512 * MIB, cpus: Math.min(2, availableParallelism()) };

/** Builds the default image where it is missing and lets QEMU prove KVM once; both are remembered on the host. */
export async function layGround(host: HostContext, note: (message: string) => void): Promise<Ground> {
  const image = await findImage(host, undefined, note);
  const runtimes: RuntimeDescription[] = [];
  for (const spec of presets.default) {
    const prepared = await prepare(host, spec, image, note);
    runtimes.push(prepared.description);
    await prepared.release();
  }
  return { image, runtimes };
}

export function findImage(
  host: HostContext,
  name: string | undefined,
  note: (message: string) => void,
): Promise<CachedImage> {
  return resolveImage(host, { name, note, progress: () => undefined });
}

/** A runtime ready to boot an image, with a work folder of its own: two images never meet in one place. */
export async function prepare(
  host: HostContext,
  spec: string,
  image: CachedImage,
  note: (message: string) => void,
): Promise<PreparedRuntime> {
  const parsed = parseRuntimeSpec(spec);
  const workFolder = join(host.workFolder, image.description.name, parsed.id.replaceAll(/\W/g, '-'));
  await mkdir(workFolder, { recursive: true });
  return prepareRuntime(parsed, { host: { ...host, workFolder }, image, limits, note });
}

/** Does the work while no `twinboot run` measures on this host, and lets none begin. Errors: `host-busy`. */
export async function alone<T>(purpose: string, work: () => Promise<T>): Promise<T> {
  const release = takeRunLock(purpose);
  try {
    return await work();
  } finally {
    release();
  }
}
