import { randomInt } from 'node:crypto';
import { existsSync, lstatSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../core/package-root.ts';
import { mountPointsBelow } from './mounts.ts';

/**
 * The host's ids of users that a virtual machine monitor runs as, 65,536 of them: they follow those that a container's
 * user namespace is mapped to (`harness/runtimes/user-namespace.ts`), and nobody on the host has them.
 */
const CONFINED_USERS = { first: 1_000_065_536, count: 65_536 } as const;

/** A user for one instance, chosen at random: another instance's process is another user's, but for 1 in 65,536. */
export function pickConfinedUser(): number {
  return CONFINED_USERS.first + randomInt(CONFINED_USERS.count);
}

/**
 * Something of the host's that a room has at the same path. `ro`, `rw`: a file or folder; `rw` takes what the user may
 * write. `link`: a symbolic link. `device`: a node of the room's own for the same device, which belongs to its user.
 */
export interface RoomThing {
  kind: 'ro' | 'rw' | 'link' | 'device';
  path: string;
}

/**
 * What a process sees of the host that runs as an ordinary user in a root file system, a network and an IPC namespace
 * of its own, without capabilities and with no way to get any (`room.pl`).
 */
export interface Room {
  /** uid and gid. */
  user: number;
  /** How long a file may become that it writes (RLIMIT_FSIZE), bytes. */
  fileBytes: number;
  /** Outermost first. */
  things: readonly RoomThing[];
}

/** `when-released`: waits on descriptor 3 once the room is ready, and says so on 4. */
export type RoomStart = 'at-once' | 'when-released';

const ROOM_PROGRAM = join(packageRoot(), 'harness/process/room.pl');

/** The command line that becomes this one within the room. x86-64, and root on the host. */
export function confinedCommand(room: Room, start: RoomStart, command: readonly string[]): string[] {
  const things = room.things.map(({ kind, path }) => `${kind}=${path}`);
  return [
    'perl',
    ROOM_PROGRAM,
    start,
    String(room.user),
    String(room.fileBytes),
    ...things,
    '--',
    ...command,
  ];
}

/** What programs of the host's distribution run from: /usr with what is mounted below it, and the ways into it. */
export function systemPrograms(): RoomThing[] {
  const mounted = ['/usr', ...mountPointsBelow('/usr').filter((path) => path !== '/usr')];
  return [
    ...mounted.map((path) => ({ kind: 'ro' as const, path })),
    ...['/bin', '/sbin', '/lib', '/lib32', '/lib64', '/libx32', '/etc/ld.so.cache'].flatMap(asOnHost),
  ];
}

/** The devices that a program may expect everywhere. */
export const plainDevices: readonly RoomThing[] = [
  '/dev/null',
  '/dev/zero',
  '/dev/random',
  '/dev/urandom',
].map((path) => ({ kind: 'device', path }));

/** To be read: a link, a file or a folder as the host has it; nothing where it has none. */
function asOnHost(path: string): RoomThing[] {
  if (!existsSync(path)) return [];
  return [{ kind: lstatSync(path).isSymbolicLink() ? 'link' : 'ro', path }];
}
