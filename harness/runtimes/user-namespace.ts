import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { closeSync, openSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { readIfThere } from '../../core/read-if-there.ts';
import type { Unavailable } from './runtime.ts';
import { packageRoot } from '../../core/package-root.ts';
import type { ProcessRunner } from '../process/runner.ts';
import { messageOf, runError } from '../../core/error.ts';
import type { Releasable } from '../process/leases.ts';

/**
 * The host ids that a container's user namespace is mapped to: 65,536 of them, as many as a Debian system uses
 * (user_namespaces(7)). High enough to meet no user of the host, and below what 32-bit ids keep for special use.
 */
export const USER_NAMESPACE_BASE = 1_000_000_000;
export const USER_NAMESPACE_SIZE = 65_536;

export const usernsOption = z
  .enum(['off', 'on'])
  .default('off')
  .describe('a user namespace: root of the container is nobody on the host');
export type UsernsChoice = z.infer<typeof usernsOption>;

/** `undefined` where containers of this host can be as asked for; else why not, and what to do. */
export function whyNoUserNamespace(asked: UsernsChoice): Unavailable | undefined {
  if (asked === 'off') return undefined;
  const limit = Number(readIfThere('/proc/sys/user/max_user_namespaces') ?? 0);
  if (!(limit > 0)) {
    return {
      ok: false,
      reason: 'this host allows no user namespaces',
      fix: 'sysctl user.max_user_namespaces=15000',
    };
  }
  if (mapsOwnRange(readIfThere('/proc/self/uid_map') ?? '')) return undefined;
  return {
    ok: false,
    reason: `twinboot itself runs in a user namespace without the ids from ${USER_NAMESPACE_BASE}`,
    fix: 'run twinboot on the host itself, or give its container a larger id range',
  };
}

/** Lines of `first id inside, first id outside, count` (user_namespaces(7)). */
export function mapsOwnRange(uidMap: string): boolean {
  return uidMap.split('\n').some((line) => {
    const [first = NaN, , count = NaN] = line.trim().split(/\s+/).map(Number);
    return first <= USER_NAMESPACE_BASE && USER_NAMESPACE_BASE + USER_NAMESPACE_SIZE <= first + count;
  });
}

/**
 * Puts an id-mapped view of a mount on top of it: files of id n appear as id `idBase` + n (mount_setattr(2), Linux
 * 5.12; as the lower layer of an overlay since 5.19). mount(8) can do it from util-linux 2.39 on; Debian 12 has 2.38,
 * so a short Perl program makes the system calls: perl-base is essential to every Debian. Errors: `command-failed` with
 * the call that was refused.
 */
export async function mapIds(runner: ProcessRunner, path: string, idBase: number): Promise<void> {
  const program = join(packageRoot(), 'harness/runtimes/id-map.pl');
  await runner.run('perl', [program, path, String(idBase), String(USER_NAMESPACE_SIZE)]);
}

/**
 * A new user namespace whose ids from 0 on are the host's from `idBase` on, held open by a file of this process until
 * it is released; `path` is for nsenter(1). unshare(1) of util-linux 2.38 leaves such a mapping to newuidmap(1) and the
 * host's /etc/subuid; root can write it itself (user_namespaces(7)). Errors: `user-namespace-failed`.
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
