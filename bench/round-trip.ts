import { join } from 'node:path';
import { Bench, type Task } from 'tinybench';
import type { Agent } from '../harness/guest/agent.ts';
import { untilReady } from '../harness/runtimes/ready.ts';
import { alone, prepare } from './ground.ts';
import type { Benchmark } from './benchmark.ts';
import { timingFigure } from './timing-figure.ts';

const READY_DEADLINE_MS = 60_000;

export const roundTrip: Benchmark = {
  id: 'round-trip',
  question: 'How long does a question to the agent in a container take, over its FIFOs and back?',
  async measure({ host, ground, note }) {
    const { image } = await ground();
    const prepared = await prepare(host, 'nspawn', image, note);
    return alone(roundTrip.id, async () => {
      const instance = await prepared.start({
        bootId: `self-${process.pid}-ask`,
        consoleLog: join(host.workFolder, 'round-trip.log'),
      });
      try {
        await untilReady(instance, READY_DEADLINE_MS, host.signal);
        return (await timeQuestions(instance.agent)).map(timingFigure);
      } finally {
        await instance.kill();
        await prepared.release();
      }
    });
  },
};

function timeQuestions(agent: Agent): Promise<Task[]> {
  // The last services of the boot still start when it is ready: the warm-up waits for them.
  const bench = new Bench({ warmupTime: 3000, time: 3000, retainSamples: true, throws: true });
  bench.add('question "clock" over FIFOs, answered, median', () => agent.ask('clock'), { async: true });
  return bench.run();
}
