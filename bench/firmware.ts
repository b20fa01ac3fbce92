import { devNull } from 'node:os';
import { createRandom } from '../core/random.ts';
import { formatMs } from '../core/units.ts';
import { nsToMs } from '../core/clock.ts';
import type { PreparedRuntime } from '../harness/runtimes/runtime.ts';
import { createBootstrap, estimateMedian, estimateRatio } from '../results/statistics/bootstrap.ts';
import { alone } from './alone.ts';
import type { Benchmark } from './benchmark.ts';
import { prepare } from './ground.ts';
import { planRounds } from './rounds.ts';
import { bootUntilReady } from './until-ready.ts';

const BOUND_RATIO = 0.8;
const DEADLINE_MS = 180_000;

/** A VM with the way it is booted, and how long it took to `ready`, ms. */
interface Side {
  spec: string;
  prepared: PreparedRuntime;
  readyMs: number[];
}

export const firmware: Benchmark = {
  id: 'firmware',
  question:
    'How much sooner is a VM ready that boots its kernel directly than one that goes through its BIOS?',
  async measure({ host, options, ground, note }) {
    const { image } = await ground();
    const sides: Side[] = [];
    for (const spec of ['qemu', 'qemu:boot=bios']) {
      sides.push({ spec, prepared: await prepare(host, spec, image, note), readyMs: [] });
    }
    const plan = planRounds(
      { items: sides, rounds: options.vmRounds },
      { items: [], rounds: 0 },
      createRandom(options.seed),
    );
    try {
      await alone(firmware.id, async () => {
        for (const { round, order, item: side } of plan) {
          const readyMs = await bootToReady(side.prepared, `firmware-${process.pid}-${round}-${order}`);
          if (round > 0) side.readyMs.push(readyMs);
          note(
            `  ${round === 0 ? 'warm-up' : `round ${round}`}: ${side.spec}: ready after ${formatMs(readyMs)}`,
          );
        }
      });
    } finally {
      for (const { prepared } of sides) await prepared.release();
    }
    const [direct = [], bios = []] = sides.map(({ readyMs }) => readyMs);
    const bootstrap = createBootstrap(options.seed);
    return [
      {
        title: 'qemu: ready by direct boot over ready by BIOS boot',
        unit: 'ratio',
        ...estimateRatio(direct, bios, bootstrap),
        bound: BOUND_RATIO,
        emulated: sides.some(({ prepared }) => prepared.description.emulated),
      },
      ...sides.map(({ spec, prepared, readyMs }) => ({
        title: `  ${spec}, median`,
        unit: 'ms' as const,
        ...estimateMedian(readyMs, bootstrap),
        emulated: prepared.description.emulated,
      })),
    ];
  },
};

function bootToReady(runtime: PreparedRuntime, bootId: string): Promise<number> {
  return bootUntilReady(runtime, { bootId, consoleLog: devNull }, DEADLINE_MS, ({ t0Ns }, { arrivedNs }) =>
    nsToMs(arrivedNs - t0Ns),
  );
}
