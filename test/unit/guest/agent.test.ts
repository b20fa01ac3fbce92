import { afterEach, describe, expect, it, vi } from 'vitest';
import { createAgent, type Agent } from '../../../harness/guest/agent.ts';
import { limits } from '../../../harness/parse/answer-limits.ts';
import { manualClock, openWire, READY, type Wire } from '../../fixtures/guest/wire.ts';

afterEach(() => vi.useRealTimers());

/** An agent that has said READY, on a clock that stands still unless it is advanced. */
function readyAgent(): { wire: Wire; agent: Agent; clock: ReturnType<typeof manualClock> } {
  const [wire, clock] = [openWire(), manualClock()];
  const agent = createAgent(wire, clock);
  wire.say(READY);
  return { wire, agent, clock };
}

/** Promises whose reasons have been told already settle before this one. */
const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('READY', () => {
  it('carries the guest’s clock and its arrival on the host’s', async () => {
    const [wire, clock] = [openWire(), manualClock()];
    const { ready } = createAgent(wire, clock);
    clock.advance(800);
    wire.say('TWINBOOT 2 READY ns 5000');
    clock.advance(200);
    wire.say('000000\n');

    expect(await ready).toEqual({ guestMs: 5000, resolutionMs: 0.001, arrivedNs: 1_000_000_000n });
  });

  it('of another version closes the channel, and every question fails with the same words', async () => {
    const wire = openWire();
    const agent = createAgent(wire, manualClock());
    wire.say('TWINBOOT 7 READY ns 1\n');

    await expect(agent.ready).rejects.toMatchObject({ code: 'agent-version' });
    await expect(agent.ask('clock')).rejects.toMatchObject({ code: 'agent-version' });
    expect(wire).toMatchObject({ closed: true, written: [] });
  });

  it('may come after what another program says on that port, of which the beginning is kept', async () => {
    const [wire, clock] = [openWire(), manualClock()];
    const agent = createAgent(wire, clock);
    wire.say(Buffer.from([0xff, 0xfe, 10]));
    wire.say('x'.repeat(limits.lineBytes + 1));
    wire.say(`\n${'login: \n'.repeat(100)}${READY}`);

    expect(await agent.ready).toMatchObject({ guestMs: 5000 });
    expect(agent.before).toHaveLength(limits.saidLines);
    expect(agent.before.slice(0, 3)).toEqual([
      '\uFFFD\uFFFD',
      expect.stringMatching(/x… \[cut\]$/),
      'login: ',
    ]);
  });

  it('that fails before anybody waits for it is no unhandled rejection', async () => {
    const wire = openWire();
    createAgent(wire, manualClock());
    wire.say('TWINBOOT 7 READY ns 1\n');
    await settled();
    expect(wire.closed).toBe(true);
  });
});

describe('an answer', () => {
  it('has its lines, its exit status, and when it was asked for and complete', async () => {
    const { wire, agent, clock } = readyAgent();
    clock.advance(10);
    const answer = agent.ask('exec', 'ls /nowhere');
    clock.advance(5);
    wire.answer(['no such file'], 2);

    expect(wire.written).toEqual([`${wire.id} exec ls /nowhere`]);
    expect(await answer).toEqual({
      lines: ['no such file'],
      said: [],
      status: 2,
      askedNs: 10_000_000n,
      answeredNs: 15_000_000n,
    });
  });

  it('is the same in one chunk, in a byte at a time, and with characters split in two', async () => {
    const { wire, agent } = readyAgent();
    const lines = ['Rückgrat', '日本', '', 'END of it'];
    for (const size of [1, 2, 3, 7, 10_000]) {
      const answer = agent.ask('units');
      const bytes = Buffer.from(`BEGIN ${wire.id}\n${lines.join('\n')}\n\nEND ${wire.id} 0\n`);
      for (let at = 0; at < bytes.length; at += size) wire.say(bytes.subarray(at, at + size));
      expect((await answer).lines, `in chunks of ${size}`).toEqual(lines);
    }
  });

  it.each([
    ['nothing', '\n', []],
    ['a line', 'one\n\n', ['one']],
    ['a last line without its newline', 'one\n', ['one']],
    ['an empty line', '\n\n', ['']],
    ['empty lines at its end', 'one\n\n\n\n', ['one', '', '']],
    ['an older agent’s, without the empty line before END', 'one\ntwo\n', ['one', 'two']],
  ])('of %s is read as it was meant', async (_, sent, lines) => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('exec', 'something');
    wire.say(`BEGIN ${wire.id}\n${sent}END ${wire.id} 0\n`);
    expect((await answer).lines).toEqual(lines);
  });

  it('may hold any words, those of the protocol with another id too', async () => {
    const { wire, agent } = readyAgent();
    const lines = [
      'END 0123456789ab 0',
      'BEGIN 0123456789ab',
      READY.trim(),
      'END',
      '__proto__=1',
      '\0\u001B[2J',
    ];
    const answer = agent.ask('units');
    wire.answer(lines);
    expect((await answer).lines).toEqual(lines);
  });

  it('has an id of its own each time', async () => {
    const { wire, agent } = readyAgent();
    const ids = new Set<string>();
    for (let question = 0; question < 20; question += 1) {
      const answer = agent.ask('clock');
      wire.answer(['ns 1']);
      await answer;
      ids.add(wire.id);
    }
    expect(ids.size).toBe(20);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{12}$/);
  });
});

describe('what a question’s programs say on standard error', () => {
  it('is told apart from the answer, however its last line ends', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    wire.say(
      `BEGIN ${wire.id}\nId=a.service\n\nSAID ${wire.id} cannot be preloaded: ignored.\nEND ${wire.id} 0\n`,
    );
    expect(await answer).toMatchObject({ lines: ['Id=a.service'], said: ['cannot be preloaded: ignored.'] });
  });

  it('is kept to 20 lines', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    wire.say(`BEGIN ${wire.id}\n\n${`SAID ${wire.id} again\n`.repeat(1000)}END ${wire.id} 0\n`);
    expect((await answer).said).toHaveLength(limits.saidLines);
  });
});

describe('a guest that does not keep to the protocol', () => {
  const breaches: [string, (wire: Wire) => string, string, string][] = [
    [
      'says READY instead, twice',
      () => READY.repeat(2),
      'agent-restarted',
      'the agent ended before it answered "units"',
    ],
    [
      'ends with a word for a status',
      ({ id }) => `BEGIN ${id}\nEND ${id} fine\n`,
      'agent-malformed',
      'with an unreadable end',
    ],
    [
      'ends with a huge status',
      ({ id }) => `BEGIN ${id}\nEND ${id} 99999999999\n`,
      'agent-malformed',
      'with an unreadable end',
    ],
    [
      'sends an answer without end',
      ({ id }) => `BEGIN ${id}\n${`${'é'.repeat(1023)}\n`.repeat(limits.answerBytes / 2047 + 1)}`,
      'agent-answer-too-long',
      'the agent\'s answer to "units" is longer than 8388608 bytes',
    ],
  ];

  it('sends more lines than the limit: no more than that are kept, and the question fails at once', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    wire.say(`BEGIN ${wire.id}\n${'\n'.repeat(limits.answerLines)}`);
    expect(await Promise.race([answer, settled().then(() => 'pending')])).toBe('pending');
    wire.say('\n');
    await expect(answer).rejects.toMatchObject({
      code: 'agent-answer-too-long',
      message: 'the agent\'s answer to "units" is longer than 200000 lines',
    });
  });

  it.each(breaches)(
    '%s: that costs the question, and the next one is answered',
    async (_, say, code, message) => {
      const { wire, agent } = readyAgent();
      const answer = agent.ask('units');
      wire.say(say(wire));
      await expect(answer).rejects.toMatchObject({
        code,
        message: expect.stringContaining(message) as string,
      });

      const next = agent.ask('clock');
      wire.say(`and the rest of it\nEND ${'0'.repeat(12)} 0\n`);
      wire.answer(['ns 1']);
      expect((await next).lines).toEqual(['ns 1']);
      expect(wire.closed).toBe(false);
    },
  );

  it('is asked once more where it was started again before it answered', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('status', 'a.service');
    const { id } = wire;
    wire.say(READY);
    expect(wire.written.slice(-2)).toEqual(Array(2).fill(`${id} status a.service`));
    wire.answer(['of the new one']);
    expect((await answer).lines).toEqual(['of the new one']);
  });

  const oddities: [string, (wire: Wire) => string | Buffer][] = [
    ['ends what it did not begin', ({ id }) => `END ${id} 0\n`],
    ['begins another answer', () => 'BEGIN 000000000000\n'],
    ['says something first', () => 'hello\n'],
    ['sends bytes that are no text', () => Buffer.from([0x80, 0x81, 10])],
    ['sends a line of a megabyte', () => `${'x'.repeat(2 ** 20)}\n`],
  ];

  it.each(oddities)('%s: the answer that follows is read all the same', async (_, say) => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    wire.say(say(wire));
    wire.answer(['Id=a.service']);
    expect((await answer).lines).toEqual(['Id=a.service']);
  });

  it('sends one byte that is no text within an answer: that costs the byte', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('processes');
    wire.say(`BEGIN ${wire.id}\n/proc/7/stat:7 (kundenkonto-pr`);
    wire.say(Buffer.from([0xc3]));
    wire.say(`) S 1\n\nEND ${wire.id} 0\n`);
    expect((await answer).lines).toEqual(['/proc/7/stat:7 (kundenkonto-pr\uFFFD) S 1']);
  });

  it('speaks unasked: nobody listens', async () => {
    const { wire, agent } = readyAgent();
    wire.say(`unasked\n${READY}`);
    const answer = agent.ask('clock');
    wire.answer(['ns 1']);
    expect((await answer).lines).toEqual(['ns 1']);
  });
});

describe('a deadline', () => {
  it.each([
    ['60 s for a guest that booted in half a second', 500, 60],
    ['as long as the boot took for a slow one', 200_000, 200],
  ])('is %s', async (_, bootMs, withinS) => {
    vi.useFakeTimers();
    const [wire, clock] = [openWire(), manualClock()];
    const agent = createAgent(wire, clock);
    clock.advance(bootMs);
    wire.say(READY);
    const answer = expect(agent.ask('units')).rejects.toThrow(`within ${withinS} s`);
    await vi.advanceTimersByTimeAsync(withinS * 1000);
    await answer;
  });

  it('gives the question up and leaves the channel open', async () => {
    const { wire, agent } = readyAgent();
    await expect(agent.ask('units', '', 20)).rejects.toMatchObject({
      code: 'agent-timeout',
      message: 'the agent did not answer "units" within 0.02 s',
    });
    expect(wire.closed).toBe(false);
  });

  it('leaves a late answer for nobody, before or after the next question', async () => {
    const { wire, agent } = readyAgent();
    await expect(agent.ask('units', '', 20)).rejects.toMatchObject({ code: 'agent-timeout' });
    const late = wire.id;
    wire.say(`BEGIN ${late}\nlate\nEND of a sentence\nBEG`);
    const answer = agent.ask('clock');
    wire.say(`IN again\nEND 000000000000 0\nlate still\n\nEND ${late} 0\n`);
    wire.answer(['ns 1']);

    expect((await answer).lines).toEqual(['ns 1']);
  });

  it('that passes twice: both late answers are passed over, in their order', async () => {
    const { wire, agent } = readyAgent();
    await expect(agent.ask('units', '', 20)).rejects.toMatchObject({ code: 'agent-timeout' });
    const first = wire.id;
    await expect(agent.ask('unit-files', '', 20)).rejects.toMatchObject({ code: 'agent-timeout' });
    const second = wire.id;
    const answer = agent.ask('clock');
    for (const id of [first, second]) wire.say(`BEGIN ${id}\nlate\n\nEND ${id} 0\n`);
    wire.answer(['ns 1']);
    expect((await answer).lines).toEqual(['ns 1']);
  });

  it('leaves no timer behind, whichever way the question ended', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const { wire, agent } = readyAgent();
    const answered = agent.ask('clock');
    wire.answer(['ns 1']);
    await answered;
    const refused = agent.ask('clock');
    wire.say(READY.repeat(2));
    await expect(refused).rejects.toMatchObject({ code: 'agent-restarted' });
    expect(timers()).toBe(before);
  });
});

describe('close', () => {
  it('fails what is pending at once, and everything after it', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    agent.close();

    await expect(answer).rejects.toMatchObject({ code: 'agent-closed' });
    await expect(agent.ask('clock')).rejects.toMatchObject({ code: 'agent-closed' });
    expect(wire).toMatchObject({ closed: true, written: [expect.stringContaining('units')] });
  });

  it('fails READY where it has not come, and hears nothing afterwards', async () => {
    const wire = openWire();
    const agent = createAgent(wire, manualClock());
    agent.close();
    agent.close();
    wire.say(READY);
    await expect(agent.ready).rejects.toMatchObject({ code: 'agent-closed' });
  });

  it('keeps the first reason', async () => {
    const wire = openWire();
    const agent = createAgent(wire, manualClock());
    wire.say('TWINBOOT 7 READY ns 1\n');
    agent.close();
    await expect(agent.ready).rejects.toMatchObject({ code: 'agent-version' });
    await expect(agent.ask('clock')).rejects.toMatchObject({ code: 'agent-version' });
  });
});

describe('the caller', () => {
  it('asks one question at a time, in one line', async () => {
    const { wire, agent } = readyAgent();
    await expect(agent.ask('exec', 'true\npoweroff')).rejects.toThrow('an argument is one line');
    const answer = agent.ask('units');
    await expect(agent.ask('clock')).rejects.toThrow('asked "clock" before "units" was answered');
    wire.answer([]);
    await answer;
    expect(wire.written).toHaveLength(1);
  });
});
