import { lstatSync, realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { hostError } from '../../core/error.ts';

/** Whose word root takes: its own, and that of the person who called sudo(8), who is root already. */
interface Trusted {
  uids: ReadonlySet<number>;
  gids: ReadonlySet<number>;
}

const OTHERS_WRITE = 0o002;
const GROUP_WRITES = 0o020;
const STICKY = 0o1000;

/**
 * Refuses a folder that somebody else could put files into: what root reads there decides what it boots and what it
 * removes. Looks at the folder, where it exists, and at every folder above it; a sticky one above (/tmp) keeps a name
 * its owner's. An ordinary user's own rights are the limit of what such a file can do, and nothing is looked at.
 * Errors: `folder-not-trusted` (host), naming the folder, its owner and its mode.
 */
export function requireTrustedFolder(
  path: string,
  purpose: string,
  caller: { uid?: number; env: NodeJS.ProcessEnv } = callerOf(),
): void {
  if (caller.uid !== 0) return;
  const trusted = trustedBy(caller.env);
  const folders = withParents(path);
  for (const folder of folders) {
    const status = lstatSync(folder, { throwIfNoEntry: false });
    if (status === undefined) continue;
    const reason = whyNotTrusted(status, trusted, folder !== folders[0]);
    if (reason === undefined) continue;
    throw hostError('folder-not-trusted', `${purpose} would be in ${path}, and ${folder} ${reason}`, {
      hint: `make it root's own (chown root ${folder} && chmod go-w ${folder}), or choose another folder`,
    });
  }
}

function callerOf(): { uid?: number; env: NodeJS.ProcessEnv } {
  const uid = process.geteuid?.();
  return { env: process.env, ...(uid !== undefined && { uid }) };
}

function trustedBy({ SUDO_UID, SUDO_GID }: NodeJS.ProcessEnv): Trusted {
  const ids = (id: string | undefined): number[] =>
    id !== undefined && /^\d+$/.test(id) ? [0, Number(id)] : [0];
  return { uids: new Set(ids(SUDO_UID)), gids: new Set(ids(SUDO_GID)) };
}

function whyNotTrusted(status: Stats, trusted: Trusted, isAbove: boolean): string | undefined {
  const { uid, gid, mode } = status;
  if (!status.isDirectory()) return 'is no folder';
  if (!trusted.uids.has(uid)) return `belongs to user ${uid}`;
  if (isAbove && (mode & STICKY) !== 0) return undefined;
  const octal = (mode & 0o7777).toString(8);
  if ((mode & OTHERS_WRITE) !== 0) return `may be written to by everybody (mode ${octal})`;
  if ((mode & GROUP_WRITES) !== 0 && !trusted.gids.has(gid))
    return `may be written to by group ${gid} (mode ${octal})`;
  return undefined;
}

/** From the folder up to the root, links resolved as far as the path exists. */
function withParents(path: string): string[] {
  let last = resolvedOf(path);
  const folders = [last];
  for (; dirname(last) !== last; last = dirname(last)) folders.push(dirname(last));
  return folders;
}

function resolvedOf(path: string): string {
  const absolute = resolve(path);
  try {
    return realpathSync(absolute);
  } catch {
    return dirname(absolute) === absolute
      ? absolute
      : join(resolvedOf(dirname(absolute)), basename(absolute));
  }
}
