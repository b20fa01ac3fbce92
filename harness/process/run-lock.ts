import { mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, hostError } from '../../core/error.ts';
import { jsonAs } from '../../core/parse-json.ts';
import { textIfThere } from '../../core/read-if-there.ts';
import { openStateFolder } from './cleanup.ts';
import { isAlive, ownIdentity, processIdentitySchema } from './identity.ts';

const holderSchema = z.object({
  identity: processIdentitySchema,
  purpose: z.string(),
  startedAt: z.string(),
});
type Holder = z.infer<typeof holderSchema>;

const ATTEMPTS = 100;

/**
 * At most one run measures on a host at a time: two would measure each other. Returns the function that gives the lock
 * back. Errors: `host-busy`, naming the run that holds it. A lock whose holder is dead is taken over.
 *
 * The lock is a folder with one file, named after its holder. rename(2) puts a folder in another's place only if that
 * one is empty, so of several that try at once exactly one succeeds, with its file in place. And since a dead holder's
 * file is removed by its name, a slow starter cannot take away the lock of one that has taken over meanwhile.
 */
export function takeRunLock(purpose: string): () => void {
  const folder = openStateFolder();
  const lock = join(folder, 'run.lock');
  const identity = ownIdentity();
  const name = `${identity.pid}-${identity.startTicks}-${identity.hostBootId}.json`;
  const holder: Holder = { identity, purpose, startedAt: new Date().toISOString() };
  const mine = mkdtempSync(join(folder, 'run.lock.'));
  try {
    writeFileSync(join(mine, name), JSON.stringify(holder));
    for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
      if (tryRename(mine, lock)) return () => rmSync(join(lock, name), { force: true });
      removeDeadHolders(lock);
    }
  } finally {
    rmSync(mine, { recursive: true, force: true });
  }
  throw hostError('host-busy', `the run lock ${lock} changed hands ${ATTEMPTS} times while it was asked for`);
}

function tryRename(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'ENOTEMPTY' || errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function removeDeadHolders(lock: string): void {
  for (const name of readdirSync(lock)) {
    const holder = parseHolder(textIfThere(join(lock, name)));
    if (holder !== undefined && isAlive(holder.identity)) {
      throw hostError(
        'host-busy',
        `another run measures on this host: ${holder.purpose} (pid ${holder.identity.pid}, since ${holder.startedAt})`,
        { hint: 'wait for it to end, or stop it with Ctrl-C in its terminal' },
      );
    }
    rmSync(join(lock, name), { force: true });
  }
}

/** `undefined` for what names no holder. */
export function parseHolder(text: string | undefined): Holder | undefined {
  return jsonAs(holderSchema, text);
}
