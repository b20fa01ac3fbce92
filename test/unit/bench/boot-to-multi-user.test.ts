import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bootToMultiUser } from '../../../bench/boot-to-multi-user.ts';
import { createDeferred } from '../../../core/deferred.ts';
import { recordConsole } from '../../../harness/guest/console.ts';
import type { InstanceExit, PreparedRuntime } from '../../../harness/runtimes/runtime.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const MULTI_USER = '[  OK  ] Reached target multi-user.target - Multi-User System.\n';
const ISSUE = '\nDebian GNU/Linux 13 twinboot pts/0\n\n';

/** A runtime whose guest says `words` on its console and then ends, if it is told to, or stays. */
function speaking(words: string[], ends = false): { runtime: PreparedRuntime; killed: () => number } {
  let nowNs = 0n;
  let kills = 0;
  const clock = {
    nowNs: () => nowNs,
    sleep: () => new Promise<void>((resolve) => void setImmediate(resolve)),
  };
  const exited = createDeferred<InstanceExit>();
  const log = join(temporaryFolder(), 'console.log');
  const start = (): Promise<unknown> => {
    const console = recordConsole(log, () => 0n, clock);
    setImmediate(() => {
      for (const word of words) {
        nowNs += 250_000_000n;
        console.take(Buffer.from(word));
      }
      if (ends) exited.resolve({ exitCode: 1, atMs: 1 });
    });
    const kill = (): Promise<void> => {
      kills += 1;
      exited.resolve({ signal: 'SIGKILL', atMs: 1 });
      return Promise.resolve();
    };
    const meters = { oomKills: () => 0 };
    return Promise.resolve({ kind: 'container', console, clock, exited: exited.promise, kill, meters });
  };
  return { runtime: { description: { id: 'fake' }, start } as never, killed: () => kills };
}

const request = { bootId: 'b', consoleLog: '' };
const never = new AbortController().signal;

describe('bootToMultiUser', () => {
  it('gives the arrival of the line in ms since t0, and kills the instance', async () => {
    const { runtime, killed } = speaking(['Welcome\n', MULTI_USER]);
    expect(await bootToMultiUser(runtime, request, never)).toBe(500);
    expect(killed()).toBe(1);
  });

  it('gives nothing where the login prompt came and the line never did: getty flushed it away', async () => {
    const { runtime, killed } = speaking(['Welcome\n', ISSUE]);
    expect(await bootToMultiUser(runtime, request, never)).toBeUndefined();
    expect(killed()).toBe(1);
  });

  it('fails with the console’s last words where the instance ends early', async () => {
    const { runtime, killed } = speaking(['Failed to mount /.\n'], true);
    await expect(bootToMultiUser(runtime, request, never)).rejects.toMatchObject({
      code: 'guest-ended-early',
      consoleTail: ['Failed to mount /.'],
    });
    expect(killed()).toBe(1);
  });

  it('kills the instance at once when it is interrupted', async () => {
    const interrupt = new AbortController();
    const { runtime, killed } = speaking(['Welcome\n']);
    setTimeout(() => interrupt.abort(), 5);
    await expect(bootToMultiUser(runtime, request, interrupt.signal)).rejects.toMatchObject({
      code: 'interrupted',
    });
    expect(killed()).toBeGreaterThan(0);
  });
});
