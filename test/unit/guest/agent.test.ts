import { describe, expect, it } from 'vitest';
import { createAgent, type Agent } from '../../../harness/guest/agent.ts';
import { limits } from '../../../harness/guest/protocol.ts';
import { manualClock, openWire, READY, type Wire } from '../../fixtures/guest/wire.ts';

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
    wire.say('TWINBOOT 1 READY ns 5000');
    clock.advance(200);
    wire.say('000000\n');

    expect(await ready).toEqual({ guestMs: 5000, resolutionMs: 0.001, arrivedNs: 1_000_000_000n });
  });

  it.each([
    ['TWINBOOT 7 READY ns 1\n', 'agent-version'],
    ['login: \n', 'agent-malformed'],
    [Buffer.from([0xff, 0xfe, 10]), 'agent-malformed'],
    ['x'.repeat(limits.lineBytes + 1), 'agent-line-too-long'],
  ])('is not %j: the channel is closed, and every question fails with the same words', async (said, code) => {
    const wire = openWire();
    const agent = createAgent(wire, manualClock());
    wire.say(said);

    await expect(agent.ready).rejects.toMatchObject({ code });
    await expect(agent.ask('clock')).rejects.toMatchObject({ code });
    expect(wire).toMatchObject({ closed: true, written: [] });
  });

  it('that comes twice is a line that nobody asked for', async () => {
    const { wire, agent } = readyAgent();
    wire.say(READY);
    await expect(agent.ask('clock')).rejects.toMatchObject({
      code: 'agent-malformed',
      message: 'the agent answered without being asked: "TWINBOOT 1 READY ns 5000000000"',
    });
  });

  it('that fails before anybody waits for it is no unhandled rejection', async () => {
    const wire = openWire();
    createAgent(wire, manualClock());
    wire.say('nonsense\n');
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

describe('a guest that does not keep to the protocol', () => {
  const breaches: [string, (wire: Wire) => string, string, string][] = [
    [
      'ends what it did not begin',
      ({ id }) => `END ${id} 0\n`,
      'agent-malformed',
      'the agent answered "units" without beginning: "END ',
    ],
    ['begins another answer', () => 'BEGIN 000000000000\n', 'agent-malformed', 'without beginning'],
    ['says something first', () => 'hello\n', 'agent-malformed', 'without beginning: "hello"'],
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
      'sends a line without end',
      ({ id }) => `BEGIN ${id}\n${'x'.repeat(limits.lineBytes + 1)}`,
      'agent-line-too-long',
      'a line of more than 65536 bytes',
    ],
    [
      'sends an answer without end',
      ({ id }) => `BEGIN ${id}\n${`${'é'.repeat(1023)}\n`.repeat(limits.answerBytes / 2047 + 1)}`,
      'agent-answer-too-long',
      'the agent\'s answer to "units" is longer than 8388608 bytes',
    ],
  ];

  it.each(breaches)('%s: the channel is closed for good', async (_, say, code, message) => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    wire.say(say(wire));

    await expect(answer).rejects.toMatchObject({ code, message: expect.stringContaining(message) as string });
    expect(wire.closed).toBe(true);
    await expect(agent.ask('clock')).rejects.toMatchObject({ code });
    expect(wire.written).toHaveLength(1);
  });

  it('sends bytes that are no text', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    wire.say(`BEGIN ${wire.id}\n`);
    wire.say(Buffer.from([0x80, 0x81, 10]));
    await expect(answer).rejects.toMatchObject({ code: 'agent-malformed' });
  });

  it('is not listened to any more, even for a good answer in the same chunk', async () => {
    const { wire, agent } = readyAgent();
    const answer = agent.ask('units');
    wire.say(`nonsense\nBEGIN ${wire.id}\nEND ${wire.id} 0\n`);
    wire.answer([]);
    await expect(answer).rejects.toThrow('nonsense');
  });
});

describe('a deadline', () => {
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
    wire.say('unasked\n');
    await expect(agent.ask('clock')).rejects.toMatchObject({ code: 'agent-malformed' });
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

  it('whose answer never comes: after the next one, words without a question are a breach again', async () => {
    const { wire, agent } = readyAgent();
    await expect(agent.ask('units', '', 20)).rejects.toMatchObject({ code: 'agent-timeout' });
    const answer = agent.ask('clock');
    wire.answer(['ns 1']);
    await answer;
    wire.say('unasked\n');
    await expect(agent.ask('clock')).rejects.toMatchObject({ code: 'agent-malformed' });
  });

  it('leaves no timer behind, whichever way the question ended', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const { wire, agent } = readyAgent();
    const answered = agent.ask('clock');
    wire.answer(['ns 1']);
    await answered;
    const refused = agent.ask('clock');
    wire.say('nonsense\n');
    await expect(refused).rejects.toThrow('nonsense');
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
    const { wire, agent } = readyAgent();
    wire.say('nonsense\n');
    agent.close();
    await expect(agent.ask('clock')).rejects.toMatchObject({ code: 'agent-malformed' });
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
