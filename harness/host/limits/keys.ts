import { readSysctl, reading, sysctlKnob, type HostLimit, type LimitFiles } from './limit.ts';

/**
 * Kernel keys count against the account that owns them (keyrings(7), proc_keys(5)): systemd gives every service a
 * session keyring with a key in it, where its container may make keys. Root has much of both. Any other account has by
 * default 200 keys for the whole host: also the one that the roots of all containers with a user namespace are mapped
 * to, and one of a service that has the same number in every container.
 */

export const rootKeys = keyLimit('kernel.keys.root_maxkeys', (files) => rootUse(files)?.keys, {
  id: 'keys',
  title: 'kernel keys of root',
  noun: 'kernel keys',
  needs: { container: 10, 'mapped-container': 1, vm: 0 },
});

export const rootKeyBytes = keyLimit('kernel.keys.root_maxbytes', (files) => rootUse(files)?.bytes, {
  id: 'key-bytes',
  title: 'bytes of kernel keys of root',
  noun: 'bytes of kernel keys',
  needs: { container: 200, 'mapped-container': 20, vm: 0 },
});

export const accountKeys = keyLimit('kernel.keys.maxkeys', (files) => largestUse(files)?.keys, {
  id: 'account-keys',
  title: 'kernel keys of an account that is not root',
  noun: 'kernel keys of one account',
  needs: { container: 1, 'mapped-container': 12, vm: 0 },
});

export const accountKeyBytes = keyLimit('kernel.keys.maxbytes', (files) => largestUse(files)?.bytes, {
  id: 'account-key-bytes',
  title: 'bytes of kernel keys of an account that is not root',
  noun: 'bytes of kernel keys of one account',
  needs: { container: 10, 'mapped-container': 220, vm: 0 },
});

function keyLimit(
  sysctl: string,
  used: (files: LimitFiles) => number | undefined,
  facts: Pick<HostLimit, 'id' | 'title' | 'noun' | 'needs'>,
): HostLimit {
  return {
    ...facts,
    ...sysctlKnob(sysctl),
    errnos: ['EDQUOT'],
    // systemd goes on where it is told EDQUOT (`setup_keyring` of its exec-invoke.c).
    tolerated: 'services start without a keyring of their own',
    read: (files) => reading(readSysctl(files, sysctl), used(files)),
  };
}

interface KeyUse {
  uid: number;
  keys: number;
  bytes: number;
}

function rootUse(files: LimitFiles): KeyUse | undefined {
  return keyUsers(files)?.find(({ uid }) => uid === 0);
}

/** The account that has most, which is the first to have too many; an account without a line has none. */
function largestUse(files: LimitFiles): Omit<KeyUse, 'uid'> | undefined {
  const others = keyUsers(files)?.filter(({ uid }) => uid !== 0);
  if (others === undefined) return undefined;
  return {
    keys: Math.max(0, ...others.map(({ keys }) => keys)),
    bytes: Math.max(0, ...others.map(({ bytes }) => bytes)),
  };
}

function keyUsers(files: LimitFiles): KeyUse[] | undefined {
  const text = files.text('/proc/key-users');
  return text === undefined ? undefined : parseKeyUsers(text);
}

/**
 * `    0:     9 8/8 3/1000000 40/25000000`: uid, usage, keys and those with content, keys and bytes of their quotas.
 */
export function parseKeyUsers(text: string): KeyUse[] {
  return text.split('\n').flatMap((line) => {
    const [, uid, keys, bytes] = /^ *(\d{1,10}): +\d+ \d+\/\d+ (\d+)\/\d+ (\d+)\/\d+$/.exec(line) ?? [];
    return uid === undefined ? [] : [{ uid: Number(uid), keys: Number(keys), bytes: Number(bytes) }];
  });
}
