import { describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import type { ContentionReading } from '../../../harness/contract/fleet-readings.ts';
import { contentionSurvey } from '../../../harness/fleet/contention.ts';
import type { SurveyContext } from '../../../harness/fleet/survey.ts';
import { stopStressCommand, stressCommand, workCommand } from '../../../harness/guest/sent-program.ts';
import { stressors, type Stressor } from '../../../harness/parse/stress.ts';
import type { BootRequest, Instance } from '../../../harness/runtimes/runtime.ts';
import { manualInstance, type ManualInstance } from '../../fixtures/guest/instance.ts';
import { READY } from '../../fixtures/guest/wire.ts';
import { surveyContext } from '../../support/survey-context.ts';

/** What an instance was asked to do, in order: `1 works`, `2 cpu`, `2 stops`. */
interface Ground {
  context: SurveyContext;
  asked: string[];
  notes: string[];
  alive: Set<ManualInstance>;
}

/** Pairs of instances that do as they are told; `ends` says which of them a stressor ends. */
function ground(
  ends: (stressor: Stressor) => 'neighbour' | 'stressed' | undefined = () => undefined,
): Ground {
  const asked: string[] = [];
  const notes: string[] = [];
  const alive = new Set<ManualInstance>();
  const numbered = new Map<number, ManualInstance>();
  const start = ({ bootId }: BootRequest): Promise<Instance> => {
    const number = Number(bootId.split('-').at(-1));
    const instance = manualInstance({
      answer(_, command) {
        if (command === workCommand()) {
          asked.push(`${number} works`);
          // The pair has one time.
          numbered.get(2)?.clock.advance(100);
          return ['perl 5.40.1', 'cpu 100.0'];
        }
        if (command === stopStressCommand()) {
          asked.push(`${number} stops`);
          return ['done 12 0'];
        }
        const stressor = stressors.find((kind) => command === stressCommand(kind, 64 * MIB));
        if (stressor === undefined) return 64;
        asked.push(`${number} ${stressor}`);
        const ended = ends(stressor);
        if (ended === undefined) return [`started ${stressor}`];
        numbered.get(ended === 'neighbour' ? 1 : 2)?.end({ exitCode: 137 });
        return ended === 'stressed' ? undefined : [`started ${stressor}`];
      },
    });
    numbered.set(number, instance);
    alive.add(instance);
    setImmediate(() => instance.wire.say(READY));
    const kill = async (): Promise<void> => {
      alive.delete(instance);
      await instance.kill();
    };
    return Promise.resolve({ ...instance, kill });
  };
  const context = surveyContext({ start, notes, memoryBytes: 64 * MIB });
  return { context, asked, notes, alive };
}

async function take({ context }: Ground): Promise<{ reading: ContentionReading; grown: number[] }> {
  const grown: number[] = [];
  const reading = await contentionSurvey.take(context, ({ rounds }) =>
    Promise.resolve(void grown.push(rounds.length)),
  );
  return { reading, grown };
}

describe('contention', () => {
  it('is one instance that works, beside an idle one and beside each stressor in turn', async () => {
    const made = ground();
    const { reading, grown } = await take(made);
    expect(made.asked).toEqual([
      '1 works',
      ...stressors.flatMap((stressor) => [`2 ${stressor}`, '1 works', '2 stops', '1 works']),
    ]);
    expect(grown).toEqual([1, 2, 3, 4, 5, 6]);
    for (const round of reading.rounds) {
      expect(round).toMatchObject({ done: { rounds: 12, ended: 0 }, stressorCpus: 0 });
      expect(round.quiet).toHaveLength(2);
    }
    expect(made.notes[0]).toBe('worked beside cpu: 12 rounds on 0.00 CPUs');
    expect(made.alive.size).toBe(0);
  });

  it.each(['neighbour', 'stressed'] as const)(
    'of a stressor that ends the %s one says so, and goes on with a new pair',
    async (who) => {
      const made = ground((stressor) => (stressor === 'memory' ? who : undefined));
      const { reading } = await take(made);
      const whose = who === 'neighbour' ? 'the neighbour' : 'the stressed instance';
      expect(reading.rounds.map(({ reason }) => reason)).toEqual([
        undefined,
        `${whose}: it ended by itself; its last words: the last line of the console`,
        ...[undefined, undefined, undefined, undefined],
      ]);
      expect(reading.rounds[1]).not.toHaveProperty('stressed');
      expect(made.alive.size).toBe(0);
    },
  );

  it('of an instance that cannot be started is its error', async () => {
    const made = ground();
    made.context.runtime.start = () => Promise.reject(new Error('no room for it'));
    await expect(take(made)).rejects.toThrow('no room for it');
  });
});
