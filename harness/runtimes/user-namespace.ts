import { z } from 'zod';
import { readIfThere } from '../../core/read-if-there.ts';
import type { Availability } from './runtime.ts';

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
export function whyNoUserNamespace(asked: UsernsChoice): Extract<Availability, { ok: false }> | undefined {
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
