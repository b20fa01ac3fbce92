import { join } from 'node:path';
import { Bench, type Task } from 'tinybench';
import { runError } from '../core/error.ts';
import type { Agent } from '../harness/guest/agent.ts';
import { withDeadline } from '../harness/process/deadline.ts';
import { alone } from './alone.ts';
import type { Benchmark } from './benchmark.ts';
import { prepare } from './ground.ts';
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
        await withDeadline(instance.agent.ready, READY_DEADLINE_MS, () =>
          runError('boot-timeout', `the container was not ready within ${READY_DEADLINE_MS / 1000} s`),
        );
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
