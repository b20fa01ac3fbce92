import { devNull } from 'node:os';
import { createRandom } from '../core/random.ts';
import { formatMs } from '../core/units.ts';
import { nsToMs } from '../core/clock.ts';
import { lxcCommand } from '../harness/runtimes/lxc.ts';
import { nspawnCommand } from '../harness/runtimes/nspawn.ts';
import { podmanCommand, requireOci } from '../harness/runtimes/podman.ts';
import type { PreparedRuntime } from '../harness/runtimes/runtime.ts';
import {
  createBootstrap,
  estimateMedian,
  estimateRatio,
  type Bootstrap,
} from '../results/statistics/bootstrap.ts';
import { median } from '../results/statistics/quantile.ts';
import { alone } from './alone.ts';
import type { Benchmark, BenchmarkContext, Figure } from './benchmark.ts';
import { prepare } from './ground.ts';
import { askInitTime } from './init-time.ts';
import { planRounds } from './rounds.ts';
import { startFromShell } from './shell-start.ts';
import { bootUntilReady } from './until-ready.ts';

/** One way to start a container. */
interface Way {
  name: string;
  /** From the manager's process to PID 1's beginning, ms. */
  start(bootId: string): Promise<number>;
  timesMs: number[];
}

const DEADLINE_MS = 60_000;

const NAMESPACES_OVER_NSPAWN = 0.4;
const NAMESPACES_OVER_LXC = 1;
const OVER_SHELL_MS = 20;

export const containerStart: Benchmark = {
  id: 'container-start',
  question:
    'How long from the manager’s process to PID 1, and what does twinboot add to a shell script’s call?',
  async measure(context) {
    const { host, options, note } = context;
    const { image } = await context.ground();
    const runtimes = new Map<string, PreparedRuntime>();
    for (const spec of ['namespaces', 'nspawn', 'lxc', 'podman'])
      runtimes.set(spec, await prepare(host, spec, image, note));
    const ways: Way[] = [...runtimes].map(([name, runtime]) => ({
      name,
      start: (bootId) => startOnce(runtime, bootId),
      timesMs: [],
    }));
    const shells = {
      podman: podmanCommand(host, {
        oci: requireOci({ oci: 'auto', userns: 'off' }, host),
        userns: 'off',
      }),
      nspawn: nspawnCommand({ userns: 'off', sys: 'ro' }),
      lxc: lxcCommand(host.runner, { userns: 'off', sys: 'mixed' }),
    };
    for (const [name, command] of Object.entries(shells)) {
      ways.push({
        name: `${name} from a shell`,
        start: (bootId) => startFromShell(host, image, bootId, command),
        timesMs: [],
      });
    }
    try {
      await alone(containerStart.id, () => bootRounds(context, ways));
    } finally {
      for (const runtime of runtimes.values()) await runtime.release();
    }
    return figuresOf(ways, createBootstrap(options.seed));
  },
};

function startOnce(runtime: PreparedRuntime, bootId: string): Promise<number> {
  return bootUntilReady(
    runtime,
    { bootId, consoleLog: devNull },
    DEADLINE_MS,
    async ({ agent, t0Ns, spawnMs }) => (await askInitTime(agent)) - nsToMs(t0Ns) - spawnMs,
  );
}

async function bootRounds({ options, note }: BenchmarkContext, ways: readonly Way[]): Promise<void> {
  const plan = planRounds(
    { items: ways, rounds: options.rounds },
    { items: [], rounds: 0 },
    createRandom(options.seed),
  );
  for (const { round, order, item: way } of plan) {
    const timeMs = await way.start(`start-${process.pid}-${round}-${order}`);
    if (round > 0) way.timesMs.push(timeMs);
    note(`  ${round === 0 ? 'warm-up' : `round ${round}`}: ${way.name}: PID 1 after ${formatMs(timeMs)}`);
  }
}

function figuresOf(ways: readonly Way[], bootstrap: Bootstrap): Figure[] {
  const of = (name: string): number[] => ways.find((way) => way.name === name)?.timesMs ?? [];
  return [
    ratio(
      'namespaces over nspawn, spawn to init',
      of('namespaces'),
      of('nspawn'),
      NAMESPACES_OVER_NSPAWN,
      bootstrap,
    ),
    ratio('namespaces over LXC, spawn to init', of('namespaces'), of('lxc'), NAMESPACES_OVER_LXC, bootstrap),
    ...['nspawn', 'lxc', 'podman'].map((name) => ({
      title: `${name} through twinboot less the same from a shell script`,
      unit: 'ms' as const,
      value: (median(of(name)) ?? NaN) - (median(of(`${name} from a shell`)) ?? NaN),
      n: of(name).length,
      bound: OVER_SHELL_MS,
    })),
    ...ways.map(({ name, timesMs }) => ({
      title: `  ${name}, median`,
      unit: 'ms' as const,
      ...estimateMedian(timesMs, bootstrap),
    })),
  ];
}

function ratio(title: string, above: number[], below: number[], bound: number, bootstrap: Bootstrap): Figure {
  return { title, unit: 'ratio', ...estimateRatio(above, below, bootstrap), bound };
}
