import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { messageOf, runError } from '../../core/error.ts';
import type { Releasable } from '../process/leases.ts';
import { USER_NAMESPACE_SIZE } from './user-namespace.ts';

/**
 * A new user namespace whose ids from 0 on are the host's from `idBase` on, held open by a file of this process until it is
 * released; `path` is for nsenter(1). unshare(1) of util-linux 2.38 leaves such a mapping to newuidmap(1) and the host's
 * /etc/subuid; root can write it itself (user_namespaces(7)). Errors: `user-namespace-failed`.
 */
export async function holdUserNamespace(idBase: number): Promise<Releasable & { path: string }> {
  const maker = spawn('unshare', ['--user', 'sh', '-c', 'echo; exec cat'], {
    cwd: '/',
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const ended = new Promise<void>((resolve) => {
    maker.once('close', () => resolve()).once('error', () => resolve());
  });
  maker.stdin.on('error', () => undefined);
  try {
    await Promise.race([
      new Promise((resolve) => maker.stdout.once('data', resolve)),
      ended.then(() => Promise.reject(new Error('unshare --user ended'))),
    ]);
    for (const kind of ['uid', 'gid']) {
      writeFileSync(`/proc/${maker.pid}/${kind}_map`, `0 ${idBase} ${USER_NAMESPACE_SIZE}\n`);
    }
    const held = openSync(`/proc/${maker.pid}/ns/user`, 'r');
    let open = true;
    return {
      path: `/proc/${process.pid}/fd/${held}`,
      release() {
        if (open) closeSync(held);
        open = false;
        return Promise.resolve();
      },
    };
  } catch (error) {
    throw runError('user-namespace-failed', `cannot make a user namespace: ${messageOf(error)}`, {
      hint: 'sysctl user.max_user_namespaces must not be 0',
      cause: error,
    });
  } finally {
    maker.stdin.end();
    await ended;
  }
}
