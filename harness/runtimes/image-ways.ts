import { lstat, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { Bench } from 'tinybench';
import { messageOf, runError } from '../../core/error.ts';
import { MIB } from '../../core/units.ts';
import type { ImageWay, WayTimes } from '../contract/artifacts.ts';
import type { HostContext } from '../host/context.ts';
import { releaseInReverse, type Releasable } from '../process/leases.ts';
import { makeBootFolder } from './boot-folder.ts';
import { mountImage } from './lower-layer.ts';

/** How often each way is gone, turn by turn. */
const TIMES = 5;
const MOST_BYTES = MIB;

/** One way from the image's disk file to the content of a file in it. */
interface Reader {
  /** Errors: any; `image-file-unreadable` where there is no such file. */
  read(): Promise<string>;
  /** Takes away what `read` has made. */
  tidy(): Promise<void>;
}

/**
 * Times every way, turn by turn and in turning order. What is taken away again is not timed. A way that fails is not
 * gone again, and has the reason; it costs no other. Throws where the host's signal is aborted, or something stays
 * behind.
 */
export async function timeImageWays(
  host: HostContext,
  disk: string,
  file: string,
): Promise<Record<ImageWay, WayTimes>> {
  const readers: Record<ImageWay, Reader> = {
    'loop-mount': loopMount(host, disk, file),
    debugfs: debugfs(host, disk, file),
  };
  return timeReaders(readers, host.signal);
}

/** The same for any readers. */
export async function timeReaders(
  readers: Record<ImageWay, Reader>,
  signal: AbortSignal,
): Promise<Record<ImageWay, WayTimes>> {
  const ways = Object.keys(readers) as ImageWay[];
  const timesMs = new Map<ImageWay, number[]>(ways.map((way) => [way, []]));
  const failed = new Map<ImageWay, string>();
  for (let turn = 0; turn < TIMES; turn += 1) {
    signal.throwIfAborted();
    const bench = new Bench({ iterations: 1, time: 0, warmup: false, retainSamples: true });
    for (const way of turn % 2 === 0 ? ways : ways.toReversed()) {
      if (!failed.has(way)) bench.add(way, () => readers[way].read().then(() => undefined), { async: true });
    }
    for (const task of bench.tasks) {
      const way = task.name as ImageWay;
      try {
        const { result } = await task.run();
        if (result.state === 'errored') failed.set(way, messageOf(result.error));
        else if (result.state === 'completed') timesMs.get(way)?.push(...(result.latency.samples ?? []));
      } finally {
        await readers[way].tidy();
      }
    }
  }
  const timesOf = (way: ImageWay): WayTimes => {
    const reason = failed.get(way);
    return reason === undefined ? { timesMs: timesMs.get(way) ?? [] } : { reason };
  };
  return Object.fromEntries(ways.map((way) => [way, timesOf(way)])) as Record<ImageWay, WayTimes>;
}

/** losetup, mount, open. A mount of its own, whatever is mounted for instances. */
function loopMount(host: HostContext, disk: string, file: string): Reader {
  let leases: readonly Releasable[] = [];
  return {
    async read() {
      const made = await makeBootFolder(host, `inspected-${process.pid}`);
      leases = [made.lease];
      leases = [made.lease, ...(await mountImage(host, disk, made.folder))];
      return readBelow(made.folder, file);
    },
    async tidy() {
      await releaseInReverse(leases);
      leases = [];
    },
  };
}

/** A file that lies below the folder itself: a link of an image may lead out of it. */
async function readBelow(folder: string, file: string): Promise<string> {
  const [root, path] = [await realpath(folder), join(folder, file)];
  const found = await lstat(path).catch(() => undefined);
  const isThere = found?.isFile() === true && found.size > 0 && found.size <= MOST_BYTES;
  if (!isThere || !(await realpath(path)).startsWith(`${root}/`)) throw unreadable(file);
  return readFile(path, 'utf8');
}

/** debugfs(8), which reads the file system itself. It says what it does not find, and ends well. */
function debugfs({ runner, signal }: HostContext, disk: string, file: string): Reader {
  return {
    async read() {
      const { stdout } = await runner.run('debugfs', ['-R', `cat ${file}`, disk], { signal });
      if (stdout === '') throw unreadable(file);
      return stdout;
    },
    tidy: () => Promise.resolve(),
  };
}

function unreadable(file: string): Error {
  return runError('image-file-unreadable', `the image has no file ${file} with something in it`);
}
