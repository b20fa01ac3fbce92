import { chmodSync, closeSync, constants, openSync, writeSync } from 'node:fs';
import { chown, mkdir } from 'node:fs/promises';
import { createConnection, createServer, Socket, type Server } from 'node:net';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { createDeferred } from '../../core/deferred.ts';
import type { ProcessRunner } from '../process/runner.ts';
import type { Channel } from './agent.ts';
import type { Releasable } from '../process/leases.ts';
import { untilRead } from './console.ts';

/**
 * Two FIFOs in a folder that is made where it is not there, to be bind-mounted at /run/twinboot in a container. Both
 * are opened for reading and writing (fifo(7), Linux only), so that neither side waits for the other and no end of
 * file is seen in between. `owner`: the host's id of the container's root.
 */
export async function openFifoChannel(folder: string, runner: ProcessRunner, owner = 0): Promise<Channel> {
  await mkdir(folder, { mode: 0o755, recursive: true });
  const [toGuest, fromGuest] = [join(folder, 'to-guest'), join(folder, 'from-guest')];
  await runner.run('mkfifo', ['--mode=600', toGuest, fromGuest]);
  for (const path of [folder, toGuest, fromGuest]) await chown(path, owner, owner);
  const writer = openSync(toGuest, FIFO_FLAGS);
  const input = openFifo(fromGuest);
  let open = true;
  return {
    onData: (listener) => void input.on('data', listener).on('error', () => undefined),
    write(line) {
      if (!open) return;
      try {
        writeSync(writer, line);
      } catch {
        // A full FIFO (EAGAIN) means that nobody reads: the question's deadline says so.
      }
    },
    close: () => {
      if (!open) return;
      open = false;
      input.destroy();
      closeSync(writer);
    },
  };
}

const FIFO_FLAGS = constants.O_RDWR | constants.O_NONBLOCK;

/** The reading end of a FIFO that is there already; `destroy` closes it. */
export function openFifo(path: string): Socket {
  // A socket, not a file stream: it is polled, and takes no thread of the pool while it waits.
  return new Socket({ fd: openSync(path, FIFO_FLAGS), readable: true, writable: false });
}

/**
 * A Unix socket that the VMM connects to when it starts. Listening first, so that nothing has to be retried and the
 * guest's first line cannot be missed. `owner`: who may connect, as uid and gid.
 */
export async function openSocketChannel(path: string, owner = 0): Promise<Channel> {
  const connected = createDeferred<Socket>();
  const server: Server = createServer((socket) => {
    socket.on('error', () => undefined);
    connected.resolve(socket);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(path, resolve);
  });
  // Whoever connects first is taken for the guest's agent, whatever the umask and the folder's mode say.
  chmodSync(path, 0o600);
  await chown(path, owner, owner);
  return socketChannel(connected.promise, () => server.close());
}

/**
 * A Unix socket that the VMM listens on once it runs: tried until it answers, or until the channel is closed. What the
 * guest says before that is lost.
 */
export function connectSocketChannel(path: string): Channel {
  const connected = createDeferred<Socket>();
  let isClosed = false;
  const attempt = (): void => {
    if (isClosed) return;
    const socket = createConnection(path);
    const again = (): void => void setTimeout(attempt, CONNECT_AGAIN_MS).unref();
    socket.once('error', again).once('connect', () => {
      socket.off('error', again).on('error', () => undefined);
      connected.resolve(socket);
    });
  };
  attempt();
  return socketChannel(connected.promise, () => (isClosed = true));
}

const CONNECT_AGAIN_MS = 50;

/** What is written before the connection stands is written then; one that comes after `close` is ended at once. */
function socketChannel(connected: Promise<Socket>, end: () => void): Channel {
  let open: Socket | undefined;
  let isClosed = false;
  void connected.then((socket) => {
    open = socket;
    if (isClosed) socket.destroy();
  });
  return {
    onData: (listener) => void connected.then((socket) => socket.on('data', listener)),
    write: (line) => void connected.then((socket) => socket.write(line)),
    close: () => {
      isClosed = true;
      open?.destroy();
      end();
    },
  };
}

/** Makes a FIFO at `path` that a console is written to, and reads it until it is released. */
export async function openConsoleFifo(
  path: string,
  runner: ProcessRunner,
): Promise<Releasable & { output: Readable }> {
  await runner.run('mkfifo', ['--mode=600', path]);
  const output = openFifo(path);
  output.on('error', () => undefined);
  return {
    output,
    async release() {
      await untilRead();
      output.destroy();
    },
  };
}
