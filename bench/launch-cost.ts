import { Bench } from 'tinybench';
import { launch } from '../harness/process/launch.ts';
import { releaseInReverse } from '../harness/process/leases.ts';
import { makeBootCgroup } from '../harness/runtimes/boot-folder.ts';
import { alone } from './ground.ts';
import type { Benchmark } from './benchmark.ts';
import { timingFigure } from './timing-figure.ts';

export const launchCost: Benchmark = {
  id: 'launch-cost',
  question: 'What does it cost to start a process in a control group of its own?',
  async measure({ host }) {
    const { cgroup, lease } = makeBootCgroup(host, `self-${process.pid}-launch`);
    const launchTrue = async (): Promise<{ spawnMs: number; launchMs: number }> => {
      const startMs = performance.now();
      const launched = await launch({
        command: '/bin/true',
        args: [],
        env: { PATH: '/usr/bin:/bin' },
        cgroup,
        onOutput: () => undefined,
        onStart: () => undefined,
      });
      const launchMs = performance.now() - startMs;
      await launched.exited;
      return { spawnMs: launched.spawnMs, launchMs };
    };
    try {
      const bench = new Bench({ warmupTime: 0, time: 0, iterations: 300, retainSamples: true, throws: true });
      bench
        .add('t0 to exec, inside every boot’s figures, median', async () => ({
          overriddenDuration: (await launchTrue()).spawnMs,
        }))
        .add('fork, control groups and exec of a launch, median', async () => ({
          overriddenDuration: (await launchTrue()).launchMs,
        }));
      return (await alone(launchCost.id, () => bench.run())).map(timingFigure);
    } finally {
      await releaseInReverse([lease]);
    }
  },
};
