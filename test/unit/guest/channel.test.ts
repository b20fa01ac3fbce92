import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { createAgent, type Agent, type Channel } from '../../../harness/guest/agent.ts';
import { connectSocketChannel, openFifoChannel, openSocketChannel } from '../../../harness/guest/channel.ts';
import { processRunner } from '../../../harness/process/runner.ts';

let folder: string;
const channels: Channel[] = [];
const guests: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-test-'));
});
afterEach(async () => {
  for (const channel of channels.splice(0)) channel.close();
  for (const guest of guests.splice(0)) {
    guest.kill('SIGKILL');
    if (guest.exitCode === null && guest.signalCode === null) await once(guest, 'exit');
  }
  rmSync(folder, { recursive: true });
});

/** Starts one of the guests in test/fixtures/guest behind FIFOs. */
async function startGuest(program: string): Promise<Agent> {
  const fifos = join(folder, 'channel');
  const channel = await openFifoChannel(fifos, processRunner);
  channels.push(channel);
  const agent = createAgent(channel);
  const script = join(packageRoot(), 'test', 'fixtures', 'guest', program);
  guests.push(spawn('/bin/sh', [script, fifos], { stdio: 'ignore' }));
  return agent;
}

describe('a guest behind FIFOs', () => {
  it('is heard when it comes, whoever opened them first', async () => {
    const agent = await startGuest('late.sh');
    expect(await agent.ready).toMatchObject({ guestMs: 1250, resolutionMs: 10 });
  });

  it('that answers too late is heard again at the next question', async () => {
    const agent = await startGuest('late.sh');
    await agent.ready;
    await expect(agent.ask('units', '', 30)).rejects.toMatchObject({ code: 'agent-timeout' });
    expect((await agent.ask('clock')).lines).toEqual(['in time']);
  });

  it.each(['flood-lines.sh', 'flood-one-line.sh'])('%s: agent-answer-too-long', async (program) => {
    const agent = await startGuest(program);
    await agent.ready;
    await expect(agent.ask('units')).rejects.toMatchObject({ code: 'agent-answer-too-long' });
    await expect(agent.ask('clock')).rejects.toMatchObject({ code: 'agent-answer-too-long' });
  });

  it('that answers with bytes that are no text is read as far as they are', async () => {
    const agent = await startGuest('binary.sh');
    await agent.ready;
    expect(await agent.ask('units')).toMatchObject({ lines: ['\0\uFFFD\uFFFD binary'], status: 0 });
  });

  it('that dies in the middle of an answer is given up at the deadline', async () => {
    const agent = await startGuest('die-mid-answer.sh');
    await agent.ready;
    await expect(agent.ask('units', '', 50)).rejects.toMatchObject({ code: 'agent-timeout' });
    // Nobody reads any more: the next question waits for its deadline too, and does not hang.
    await expect(agent.ask('clock', '', 20)).rejects.toMatchObject({ code: 'agent-timeout' });
  });

  it('that never reads does not block the host, however much is written', async () => {
    const channel = await openFifoChannel(join(folder, 'channel'), processRunner);
    channels.push(channel);
    for (let times = 0; times < 50; times += 1) channel.write(`${'x'.repeat(4000)}\n`);
  });

  it('finds the FIFOs closed to everybody but root', async () => {
    await startGuest('late.sh');
    for (const name of ['to-guest', 'from-guest']) {
      const { mode } = statSync(join(folder, 'channel', name));
      expect((mode & 0o777).toString(8)).toBe('600');
    }
  });

  it('after close nothing is written, and closing again does no harm', async () => {
    const channel = await openFifoChannel(join(folder, 'channel'), processRunner);
    channel.close();
    channel.close();
    channel.write('to whoever has the file descriptor by now\n');
  });
});

describe('a guest behind a socket', () => {
  async function open(): Promise<{ path: string; channel: Channel }> {
    const path = join(folder, 'agent');
    const channel = await openSocketChannel(path, process.getuid?.());
    channels.push(channel);
    return { path, channel };
  }

  it('may connect after it was asked, and is heard from its first byte on', async () => {
    const { path, channel } = await open();
    const agent = createAgent(channel);
    const asked = agent.ask('clock');
    const vmm = connect(path);
    vmm.write('TWINBOOT 2 READY ns 7000000\n');
    vmm.on('data', (question: Buffer) => {
      const [id = ''] = question.toString().split(' ');
      vmm.write(`BEGIN ${id}\nns 8000000\n\nEND ${id} 0\n`);
    });
    expect(await agent.ready).toMatchObject({ guestMs: 7 });
    expect((await asked).lines).toEqual(['ns 8000000']);
    vmm.destroy();
  });

  it('is reached by twinboot’s own user alone, whatever the umask', async () => {
    const before = process.umask(0);
    const { path } = await open().finally(() => process.umask(before));
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('is let go by close', async () => {
    const { path, channel } = await open();
    const vmm = connect(path);
    const heard = new Promise<void>((resolve) => channel.onData(() => resolve()));
    vmm.write('x');
    await heard;
    channel.close();
    await once(vmm, 'close');
    await expect(once(connect(path), 'connect')).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('that is gone makes a question wait for its deadline, and nothing fall over', async () => {
    const { path, channel } = await open();
    const agent = createAgent(channel);
    const vmm = connect(path);
    vmm.end('TWINBOOT 2 READY ns 7000000\n');
    await agent.ready;
    vmm.destroy();
    await expect(agent.ask('clock', '', 20)).rejects.toMatchObject({ code: 'agent-timeout' });
  });
});

describe('a socket that the VMM listens on', () => {
  /** Gives the first connection to a server that begins to listen. */
  async function listen(path: string): Promise<Socket> {
    const server = createServer().listen(path);
    const [socket] = (await once(server, 'connection')) as [Socket];
    server.close();
    return socket;
  }

  it('is tried until it is there, and then carries questions and answers', async () => {
    const path = join(folder, 'agent');
    const channel = connectSocketChannel(path);
    channels.push(channel);
    const agent = createAgent(channel);
    await setTimeout(120);
    const vmm = await listen(path);
    vmm.on('data', (question: Buffer) => {
      const [id = ''] = question.toString().split(' ');
      vmm.write(`BEGIN ${id}\nns 8000000\n\nEND ${id} 0\n`);
    });
    vmm.write('TWINBOOT 2 READY ns 7000000\n');
    expect(await agent.ready).toMatchObject({ guestMs: 7 });
    expect((await agent.ask('clock')).lines).toEqual(['ns 8000000']);
  });

  it('is let go by close, whether it was reached or not', async () => {
    const path = join(folder, 'agent');
    const reached = connectSocketChannel(path);
    const vmm = await listen(path);
    reached.close();
    await once(vmm.resume(), 'close');
    const unreached = connectSocketChannel(path);
    unreached.close();
    const server = createServer(() => expect.unreachable()).listen(path);
    await setTimeout(150);
    server.close();
  });
});
