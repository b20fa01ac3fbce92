import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf, hostError, messageOf } from '../../core/error.ts';
import { jsonAs } from '../../core/parse-json.ts';
import { textIfThere } from '../../core/read-if-there.ts';
import { isAlive, ownIdentity, processIdentitySchema } from './identity.ts';
import { describeResource, isPresent, removeResource, resourceSchema, type Resource } from './resource.ts';
import type { ProcessRunner } from './runner.ts';
import { requireTrustedFolder } from './trusted-folder.ts';

/** Where twinboot keeps what it owns on this host: gone after a reboot, as are the things themselves. */
export function stateFolder(): string {
  return process.env.TWINBOOT_STATE_DIR ?? '/run/twinboot';
}

/**
 * Makes the state folder where it is missing, closed to everybody else, and returns it.
 * Errors: `folder-not-trusted` (host), and those of mkdir(2).
 */
export function openStateFolder(): string {
  const folder = stateFolder();
  requireTrustedFolder(folder, 'what twinboot keeps of this host');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return folder;
}

export interface Lease {
  readonly resource: Resource;
  /** Takes the thing away and strikes it off. Safe to call twice, also at once. */
  release(): Promise<void>;
  /** Strikes it off and leaves it: what was announced turned out to be somebody else's. */
  forget(): void;
}

export interface Remaining {
  resource: Resource;
  /** The thing and why it stays, for people. */
  message: string;
}

/**
 * The one list of what this process has made on the host. A thing is registered, on disk too, *before* it is made,
 * so that whatever ends twinboot, somebody can take away what it left.
 */
export interface CleanupRegistry {
  register(resource: Resource): Lease;
  /** Takes everything away that is still registered, newest first; returns what could not be taken away. */
  releaseAll(): Promise<Remaining[]>;
}

const ownerSchema = z.object({
  identity: processIdentitySchema,
  /** What the process was doing, for people: `run 2026-…`. */
  purpose: z.string(),
});
type Owner = z.infer<typeof ownerSchema>;

/**
 * Opens a registry for this process in `<state>/owners/<name>`. Errors: `state-not-writable` (host), also where the
 * name is taken.
 */
export function openCleanupRegistry(name: string, purpose: string, runner: ProcessRunner): CleanupRegistry {
  const owners = join(stateFolder(), 'owners');
  const folder = join(owners, name);
  const owner: Owner = { identity: ownIdentity(), purpose };
  requireTrustedFolder(stateFolder(), 'the list of what is made');
  try {
    mkdirSync(owners, { recursive: true, mode: 0o700 });
    // Moved into place when it is complete, so that nobody ever sees a registry without its owner.
    const draft = mkdtempSync(join(stateFolder(), 'owner.'));
    writeFileSync(join(draft, 'owner.json'), JSON.stringify(owner));
    renameSync(draft, folder);
  } catch (error) {
    throw hostError(
      'state-not-writable',
      `cannot keep the list of what is made in ${folder}: ${messageOf(error)}`,
      {
        hint:
          errnoOf(error) === 'EACCES'
            ? 'run twinboot as root'
            : 'twinboot clean removes what earlier runs left',
        cause: error,
      },
    );
  }
  return createRegistry(folder, new Map(), runner);
}

const entrySchema = z.object({ id: z.int(), resource: resourceSchema });
type Entry = z.infer<typeof entrySchema>;
const lineSchema = z.union([entrySchema, z.object({ gone: z.int() })]);

function createRegistry(folder: string, entries: Map<number, Entry>, runner: ProcessRunner): CleanupRegistry {
  const journal = join(folder, 'resources.jsonl');
  let nextId = Math.max(0, ...entries.keys()) + 1;

  const underway = new Map<number, Promise<void>>();

  async function remove(entry: Entry): Promise<void> {
    await removeResource(entry.resource, runner);
    strikeOff(entry);
  }

  function strikeOff(entry: Entry): void {
    entries.delete(entry.id);
    appendFileSync(journal, `${JSON.stringify({ gone: entry.id })}\n`);
  }

  function release(entry: Entry): Promise<void> {
    if (!entries.has(entry.id)) return Promise.resolve();
    const removal = underway.get(entry.id) ?? remove(entry).finally(() => underway.delete(entry.id));
    underway.set(entry.id, removal);
    return removal;
  }

  return {
    register(resource) {
      const entry: Entry = { id: nextId, resource };
      nextId += 1;
      appendFileSync(journal, `${JSON.stringify(entry)}\n`);
      entries.set(entry.id, entry);
      return { resource, release: () => release(entry), forget: () => strikeOff(entry) };
    },
    async releaseAll() {
      const failures = new Map<number, Remaining>();
      // Asked anew each time: something may be registered while the rest is being taken away.
      for (;;) {
        const newest = [...entries.values()].findLast((entry) => !failures.has(entry.id));
        if (newest === undefined) break;
        await release(newest).catch((error: unknown) => {
          const { resource } = newest;
          failures.set(newest.id, {
            resource,
            message: `${describeResource(resource)}: ${messageOf(error)}`,
          });
        });
      }
      if (failures.size === 0) rmSync(folder, { recursive: true, force: true });
      return [...failures.values()];
    },
  };
}

/** What a dead process left on the host. */
export interface Leftover {
  purpose: string;
  pid: number;
  /** What it had registered and is there, in the order it was made. */
  resources: Resource[];
  /** Takes all of it away; returns what could not be taken away. */
  remove(): Promise<Remaining[]>;
}

/** The registries of processes that are no longer alive. */
export function findLeftovers(runner: ProcessRunner): Leftover[] {
  return readOwners().flatMap(({ folder, owner }) => {
    if (isAlive(owner.identity)) return [];
    const journal = join(folder, 'resources.jsonl');
    const entries = readJournal(journal);
    return [
      {
        purpose: owner.purpose,
        pid: owner.identity.pid,
        resources: [...entries.values()].map((entry) => entry.resource).filter(isPresent),
        remove: async () => {
          // Another `clean` was quicker.
          if (!existsSync(folder)) return [];
          // Ends a last line that was cut short, so that the next one is a line of its own.
          appendFileSync(journal, '\n');
          return createRegistry(folder, entries, runner).releaseAll();
        },
      },
    ];
  });
}

/** The registries of processes that are alive: nobody else touches what these have made. */
export function findLiving(): { purpose: string; pid: number }[] {
  return readOwners()
    .filter(({ owner }) => isAlive(owner.identity))
    .map(({ owner }) => ({ purpose: owner.purpose, pid: owner.identity.pid }));
}

function readOwners(): { folder: string; owner: Owner }[] {
  const owners = join(stateFolder(), 'owners');
  if (!existsSync(owners)) return [];
  requireTrustedFolder(owners, 'the list of what is to be removed');
  return readdirSync(owners).flatMap((name) => {
    const folder = join(owners, name);
    const owner = readOwner(folder);
    return owner === undefined ? [] : [{ folder, owner }];
  });
}

/** `undefined`: removed since, by another `clean`; or not as twinboot writes it, and so nobody's. */
function readOwner(folder: string): Owner | undefined {
  return jsonAs(ownerSchema, textIfThere(join(folder, 'owner.json')));
}

function readJournal(file: string): Map<number, Entry> {
  return existsSync(file) ? parseJournal(readFileSync(file, 'utf8')) : new Map<number, Entry>();
}

/**
 * What was registered and is not struck off, by its number, in the order it was made. A line that cannot be read is
 * none.
 */
export function parseJournal(text: string): Map<number, Entry> {
  const entries = new Map<number, Entry>();
  for (const line of text.split('\n')) {
    // The last line of a killed process may be cut short; what it announced was not made yet.
    const entry = jsonAs(lineSchema, line);
    if (entry === undefined) continue;
    if ('gone' in entry) entries.delete(entry.gone);
    else entries.set(entry.id, entry);
  }
  return entries;
}
