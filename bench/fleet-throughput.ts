import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf, runError } from '../core/error.ts';
import { createFleet } from '../harness/fleet/fleet.ts';
import type { HostContext } from '../harness/host/context.ts';
import type { CachedImage } from '../harness/image/cache.ts';
import type { PreparedRuntime } from '../harness/runtimes/runtime.ts';
import {
  createBootstrap,
  estimateMedian,
  estimateRatio,
  type Bootstrap,
} from '../results/statistics/bootstrap.ts';
import { alone } from './alone.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';
import { prepare } from './ground.ts';
import { withRaisedLimits } from './raised-limits.ts';
import { growFromShell } from './shell-fleet.ts';

/** Of one block: as many steps for each loop at every parallelism. */
const FLEET = 24;
const PARALLEL = [1, 2, 4];
const FLOOR_RATIO = 0.9;
const DEADLINE_MS = 180_000;
/** Between two blocks, for what the host does behind the back of those who were killed. */
const REST_MS = 2000;

/** One side at one parallelism. */
interface Way {
  name: 'twinboot' | 'shell';
  parallel: number;
  /** Of each block that counts. */
  bootsPerS: number[];
  /** Starts FLEET containers and kills them when all are ready; ms to the last `ready`. */
  grow(fleetId: string): Promise<number>;
}

/**
 * nspawn alone: its call is one command line, which a shell can make as well. `namespaces` needs a terminal and a list of
 * mounts that a shell's user would have to write twinboot for.
 */
export const fleetThroughput: Benchmark = {
  id: 'fleet-throughput',
  question: 'How many containers a second does twinboot launch, beside a shell loop over the same manager?',
  onlyByName: true,
  async measure(context) {
    const { host, options, ground, note } = context;
    const { image } = await ground();
    const runtime = await prepare(host, 'nspawn', image, note);
    const consoleFolder = join(host.workFolder, fleetThroughput.id);
    await mkdir(consoleFolder, { recursive: true });
    const pairs = PARALLEL.map((parallel) => [
      way('twinboot', parallel, (fleetId) =>
        growThroughTwinboot({ host, runtime, consoleFolder, fleetId, parallel }),
      ),
      way('shell', parallel, (fleetId) => growThroughShell({ host, image, fleetId, parallel })),
    ]);
    try {
      await alone(fleetThroughput.id, () =>
        withRaisedLimits(host, 'container', FLEET, () => takeRounds(context, pairs)),
      );
    } finally {
      await runtime.release();
    }
    const bootstrap = createBootstrap(options.seed);
    return [
      ...pairs.map((pair) => ratioFigure(pair, bootstrap)),
      ...pairs.flat().map((one) => throughputFigure(one, bootstrap)),
    ];
  },
};

function way(name: Way['name'], parallel: number, grow: Way['grow']): Way {
  return { name, parallel, bootsPerS: [], grow };
}

async function growThroughTwinboot(request: {
  host: HostContext;
  runtime: PreparedRuntime;
  consoleFolder: string;
  fleetId: string;
  parallel: number;
}): Promise<number> {
  const { host, parallel, ...named } = request;
  const fleet = createFleet({
    ...named,
    readyDeadlineMs: DEADLINE_MS,
    shutdownDeadlineMs: DEADLINE_MS,
    signal: host.signal,
  });
  try {
    const startMs = performance.now();
    await fleet.grow(FLEET, parallel);
    const tookMs = performance.now() - startMs;
    const [loss] = fleet.lost;
    if (loss === undefined) return tookMs;
    throw runError('fleet-not-started', `instance ${loss.number} was lost: ${messageOf(loss.error)}`);
  } finally {
    await fleet.kill();
  }
}

function growThroughShell(request: {
  host: HostContext;
  image: CachedImage;
  fleetId: string;
  parallel: number;
}): Promise<number> {
  return growFromShell({ ...request, count: FLEET, deadlineMs: DEADLINE_MS });
}

/** After a round that does not count: both sides in turn, and each time the other one first. */
async function takeRounds({ host, options, note }: BenchmarkContext, pairs: readonly Way[][]): Promise<void> {
  for (let round = 0; round <= options.fleetRounds; round += 1) {
    // What a warm-up warms is the same at every parallelism.
    for (const pair of round === 0 ? pairs.slice(-1) : pairs) {
      for (const one of round % 2 === 0 ? pair : pair.toReversed()) {
        const growMs = await one.grow(`tp-${process.pid}-${round}-${one.parallel}${one.name.slice(0, 1)}`);
        const bootsPerS = (FLEET / growMs) * 1000;
        if (round > 0) one.bootsPerS.push(bootsPerS);
        const when = round === 0 ? 'warm-up' : `round ${round}`;
        note(`  ${when}: ${one.name}, ${one.parallel} at a time: ${bootsPerS.toFixed(2)} boots/s`);
        await sleep(REST_MS, undefined, { signal: host.signal });
      }
    }
  }
}

function ratioFigure([twinboot, shell]: readonly Way[], bootstrap: Bootstrap): Figure {
  const [above, below] = [twinboot?.bootsPerS ?? [], shell?.bootsPerS ?? []];
  return {
    title: `nspawn, ${twinboot?.parallel ?? '?'} at a time: boots per second over a shell loop’s`,
    unit: 'ratio',
    ...estimateRatio(above, below, bootstrap),
    floor: FLOOR_RATIO,
  };
}

function throughputFigure({ name, parallel, bootsPerS }: Way, bootstrap: Bootstrap): Figure {
  return {
    title: `  ${name}, ${parallel} at a time, median`,
    unit: 'count/s',
    ...estimateMedian(bootsPerS, bootstrap),
  };
}
