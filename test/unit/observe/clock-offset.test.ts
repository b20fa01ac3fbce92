import { describe, expect, it } from 'vitest';
import { createAgent, type Agent, type Ready } from '../../../harness/guest/agent.ts';
import { measureClockOffset } from '../../../harness/observe/clock-offset.ts';
import { manualClock, openWire, READY } from '../../fixtures/guest/wire.ts';

interface Guest {
  /** What the guest's clock is less than the host's, ms. */
  behindMs: number;
  /** How long a question takes to the guest, and its answer back: a pair for each exchange. */
  travelMs: [number, number][];
  /** The guest's clock reads whole multiples of this. */
  resolution?: 'ns' | '10ms';
  readyTravelMs?: number;
}

/** A guest whose clock the test knows, at the end of a wire whose delays it knows. */
async function connect(guest: Guest): Promise<{ agent: Agent; ready: Ready }> {
  const clock = manualClock();
  clock.advance(100_000);
  const text = (): string => {
    const ms = Number(clock.nowNs()) / 1e6 - guest.behindMs;
    return guest.resolution === '10ms'
      ? `s ${(Math.floor(ms / 10) / 100).toFixed(2)}`
      : `ns ${Math.round(ms * 1e6)}`;
  };
  let exchange = 0;
  const wire = openWire(() => {
    const [there, back] = guest.travelMs[exchange % guest.travelMs.length] ?? [0, 0];
    exchange += 1;
    clock.advance(there);
    const answer = text();
    clock.advance(back);
    wire.answer([answer]);
  });
  const agent = createAgent(wire, clock);
  const ready = `TWINBOOT 2 READY ${text()}\n`;
  clock.advance(guest.readyTravelMs ?? 50);
  wire.say(ready);
  return { agent, ready: await agent.ready };
}

const T0_NS = 1_000_000_000n;
/** What has to be added to the guest's ms to give ms since t0. */
const truth = (behindMs: number): number => behindMs - 1000;

describe('the offset of the guest’s clock', () => {
  it.each<[string, Guest]>([
    ['a quick wire', { behindMs: 8000, travelMs: [[0.1, 0.1]] }],
    ['a slow way there', { behindMs: 8000, travelMs: [[9, 0.1]] }],
    ['a slow way back', { behindMs: 8000, travelMs: [[0.1, 9]] }],
    [
      'a wire of changing moods',
      {
        behindMs: 91_234.567,
        travelMs: [
          [5, 0.2],
          [0.3, 8],
          [2, 2],
          [7, 1],
          [1, 7],
        ],
      },
    ],
    ['a guest whose clock is ahead', { behindMs: -500_000, travelMs: [[1, 3]] }],
    ['a clock of 10 ms', { behindMs: 8003.7, travelMs: [[0.2, 0.2]], resolution: '10ms' }],
    ['a READY that came at once', { behindMs: 8000, travelMs: [[30, 40]], readyTravelMs: 0.1 }],
  ])('%s: the truth lies within the stated error', async (_, guest) => {
    const { agent, ready } = await connect(guest);
    const { offsetMs, errorMs } = await measureClockOffset(agent, ready, T0_NS);
    expect(Math.abs(offsetMs - truth(guest.behindMs))).toBeLessThanOrEqual(errorMs + 0.002);
  });

  it('is as exact as the quickest way there and the quickest way back, not as the quickest exchange', async () => {
    const { agent, ready } = await connect({
      behindMs: 8000,
      travelMs: [
        [10, 0.2],
        [0.3, 10],
      ],
    });
    const { errorMs } = await measureClockOffset(agent, ready, T0_NS);
    expect(errorMs).toBeCloseTo((0.2 + 0.3) / 2, 2);
  });

  it('knows of a clock of 10 ms that it may read 10 ms low', async () => {
    const { agent, ready } = await connect({ behindMs: 8003.7, travelMs: [[0.2, 0.2]], resolution: '10ms' });
    const { errorMs } = await measureClockOffset(agent, ready, T0_NS);
    expect(errorMs).toBeGreaterThan(4);
    expect(errorMs).toBeLessThan(5.5);
  });

  it.each([[['12']], [[]], [['ns 1 2']], [['s 1']], [['\u001B[0mns 1']]])(
    'a guest that says %j is at fault',
    async (lines) => {
      const wire = openWire(() => wire.answer(lines));
      const agent = createAgent(wire, manualClock());
      wire.say(READY);
      const ready: Ready = { guestMs: 0, resolutionMs: 0.001, arrivedNs: T0_NS };
      await expect(measureClockOffset(agent, ready, T0_NS)).rejects.toMatchObject({
        code: 'agent-malformed',
        message: expect.stringContaining('with an unreadable clock') as string,
      });
    },
  );
});
