import { devNull } from 'node:os';
import { createRandom } from '../core/random.ts';
import { formatMs } from '../core/units.ts';
import { nsToMs } from '../core/clock.ts';
import { pickConfinedUser, plainDevices, systemPrograms, type Room } from '../harness/process/confine.ts';
import { launch } from '../harness/process/launch.ts';
import { releaseInReverse } from '../harness/process/leases.ts';
import { makeBootCgroup } from '../harness/runtimes/boot-folder.ts';
import { qemuAs, type QemuConfinement } from '../harness/runtimes/qemu.ts';
import type { PreparedRuntime } from '../harness/runtimes/runtime.ts';
import {
  createBootstrap,
  estimateMedian,
  estimateRatio,
  type Bootstrap,
} from '../results/statistics/bootstrap.ts';
import { alone } from './alone.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';
import { limits } from './ground.ts';
import { planRounds } from './rounds.ts';
import { bootUntilReady } from './until-ready.ts';

/** Medians may differ by 2 %: more is a cost that has to be told. */
const BOUND_RATIO = 1.02;
const DEADLINE_MS = 300_000;
const LAUNCHES = 60;

interface Side {
  confinement: QemuConfinement;
  prepared: PreparedRuntime;
  readyMs: number[];
  chargeBytes: number[];
}

export const vmConfinement: Benchmark = {
  id: 'vm-confinement',
  question: 'What do the room, the ordinary user and the system call filter of a VM cost?',
  async measure(context) {
    const { host, options, note } = context;
    const { image } = await context.ground();
    const sides: Side[] = [];
    for (const confinement of ['confined', 'bare'] as const) {
      const runtime = qemuAs(confinement);
      const preparation = { host, image, limits, note, specId: runtime.id };
      const prepared = await runtime.prepare(preparation, runtime.options.parse({}));
      sides.push({ confinement, prepared, readyMs: [], chargeBytes: [] });
    }
    try {
      return await alone(vmConfinement.id, async () => {
        const before = await launchFigures(context);
        await bootRounds(context, sides);
        return [...bootFigures(sides, createBootstrap(options.seed)), ...before];
      });
    } finally {
      for (const { prepared } of sides) await prepared.release();
    }
  },
};

async function bootRounds({ options, note }: BenchmarkContext, sides: readonly Side[]): Promise<void> {
  const plan = planRounds(
    { items: sides, rounds: options.vmRounds },
    { items: [], rounds: 0 },
    createRandom(options.seed),
  );
  for (const { round, order, item: side } of plan) {
    const request = { bootId: `confinement-${process.pid}-${round}-${order}`, consoleLog: devNull };
    const { readyMs, chargeBytes } = await bootUntilReady(
      side.prepared,
      request,
      DEADLINE_MS,
      async ({ t0Ns, meters }, { arrivedNs }) => ({
        readyMs: nsToMs(arrivedNs - t0Ns),
        chargeBytes: (await meters.memory()).totalBytes,
      }),
    );
    note(
      `  ${round === 0 ? 'warm-up' : `round ${round}`}: ${side.confinement}: ready after ${formatMs(readyMs)}`,
    );
    if (round === 0) continue;
    side.readyMs.push(readyMs);
    side.chargeBytes.push(chargeBytes);
  }
}

function bootFigures(sides: readonly Side[], bootstrap: Bootstrap): Figure[] {
  const emulated = sides.some(({ prepared }) => prepared.description.emulated);
  const ratio = (what: string, valuesOf: (side: Side) => number[]): Figure => {
    const [confined = [], bare = []] = sides.map(valuesOf);
    return {
      title: `qemu: ${what}, confined over bare`,
      unit: 'ratio',
      ...estimateRatio(confined, bare, bootstrap),
      bound: BOUND_RATIO,
      emulated,
    };
  };
  return [
    ratio('ready', ({ readyMs }) => readyMs),
    ratio('memory charged at ready', ({ chargeBytes }) => chargeBytes),
    ...sides.map(({ confinement, readyMs }) => ({
      title: `  ${confinement}: ready, median`,
      unit: 'ms' as const,
      ...estimateMedian(readyMs, bootstrap),
      emulated,
    })),
  ];
}

/** A room is made before t0: no figure of a boot has it, but whoever waits for a run does. */
async function launchFigures({ host, options }: BenchmarkContext): Promise<Figure[]> {
  const { cgroup, lease } = makeBootCgroup(host, `self-${process.pid}-room`);
  const room: Room = {
    user: pickConfinedUser(),
    fileBytes: 0,
    things: [...systemPrograms(), ...plainDevices],
  };
  const sides = [
    { title: 'in a room', room, launchMs: [] as number[], spawnMs: [] as number[] },
    { title: 'bare', room: undefined, launchMs: [] as number[], spawnMs: [] as number[] },
  ];
  try {
    for (let round = 0; round < LAUNCHES; round += 1) {
      for (const side of sides) {
        const startMs = performance.now();
        const request = { command: '/bin/true', args: [], env: {}, cgroup, room: side.room };
        const launched = await launch({ ...request, onOutput: () => undefined, onStart: () => undefined });
        side.launchMs.push(performance.now() - startMs);
        side.spawnMs.push(launched.spawnMs);
        await launched.exited;
      }
    }
  } finally {
    await releaseInReverse([lease]);
  }
  const bootstrap = createBootstrap(options.seed);
  const figure = (title: string, values: readonly number[]): Figure => ({
    title: `  ${title}`,
    unit: 'ms',
    ...estimateMedian(values, bootstrap),
  });
  return sides.flatMap(({ title, launchMs, spawnMs }) => [
    figure(`launch of a process ${title}, before and after t0, median`, launchMs),
    figure(`launch of a process ${title}, t0 to exec, median`, spawnMs),
  ]);
}
