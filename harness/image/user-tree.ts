import { createHash, type Hash } from 'node:crypto';
import {
  closeSync,
  createReadStream,
  lstatSync,
  readdirSync,
  readlinkSync,
  statSync,
  type Stats,
} from 'node:fs';
import { chmod, lchown, mkdir, open, rm, symlink, type FileHandle } from 'node:fs/promises';
import { join, posix, resolve } from 'node:path';
import { z } from 'zod';
import { openFileBelow, openFolderBelow } from '../../core/below.ts';
import { errnoOf, messageOf, runError, TwinbootError, usageError } from '../../core/error.ts';
import { formatBytes, GIB, MIB } from '../../core/units.ts';

/** A folder whose files are laid over an image's root. Its path only says where it was: its content makes the image. */
export const userTreeSchema = z.object({
  folder: z.string(),
  /** Files and links, without the folders that hold them. */
  files: z.int(),
  /** Over paths, kinds, modes, contents and link targets; neither times nor owners. */
  sha256: z.string(),
});
export type UserTree = z.infer<typeof userTreeSchema>;

/** One thing below the folder; `path` is relative to it, without a leading slash. */
type Entry = { path: string } & (
  | { kind: 'folder'; mode: number }
  | { kind: 'file'; mode: number; bytes: number }
  | { kind: 'link'; target: string }
);

/** What a tree may hold at most: an image is made of it, in memory and on disk, by whoever asks for it. */
const MOST_ENTRIES = 200_000;
const MOST_BYTES = 8 * GIB;
const MOST_DEPTH = 64;

export interface TreeLimits {
  /** Files, folders and links. */
  entries: number;
  /** Of all files. */
  bytes: number;
}
const treeLimits: TreeLimits = { entries: MOST_ENTRIES, bytes: MOST_BYTES };

/**
 * Reads the whole folder. Links are kept and never followed; hard links become files of their own; extended attributes
 * are left out. Errors (usage): `bad-tree`, for what is no folder or empty, for what an image cannot take, and for more
 * than 200,000 entries or 8 GiB.
 */
export async function readUserTree(
  folder: string,
  signal: AbortSignal,
  limits: TreeLimits = treeLimits,
): Promise<UserTree> {
  try {
    return await digestTree(folder, signal, limits);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    throw badTree(`the tree ${folder} cannot be read: ${messageOf(error)}`, 'images are built as root');
  }
}

async function digestTree(folder: string, signal: AbortSignal, limits: TreeLimits): Promise<UserTree> {
  const entries = listTree(folder, limits);
  const digest = digestOfEntries();
  for (const entry of entries) {
    const content = entry.kind === 'file' ? await passOn(folder, entry, undefined, signal) : undefined;
    digest.add(entry, content);
  }
  const files = entries.filter(({ kind }) => kind !== 'folder').length;
  return { folder: resolve(folder), files, sha256: digest.sha256() };
}

function digestOfEntries(): {
  add: (entry: Entry, content: string | undefined) => void;
  sha256: () => string;
} {
  const hash = createHash('sha256');
  return {
    add(entry, content) {
      const facts =
        entry.kind === 'link' ? [entry.target] : [entry.mode, ...(content === undefined ? [] : [content])];
      hash.update(`${JSON.stringify([entry.path, entry.kind, ...facts])}\n`);
    },
    sha256: () => hash.digest('hex'),
  };
}

const READ_BYTES = 4 * MIB;

/**
 * Reads a file of the tree once, for its digest and, where `to` is given, for its copy: what was hashed is what was
 * written. Returns its SHA-256, hex. Errors: `tree-changed` (run) where it is no longer as long as it was.
 */
async function passOn(
  folder: string,
  { path, bytes }: Extract<Entry, { kind: 'file' }>,
  to: FileHandle | undefined,
  signal: AbortSignal,
): Promise<string> {
  const descriptor = openFileBelow(folder, path);
  try {
    const hash = createHash('sha256');
    if ((await copyThrough(descriptor, bytes, { hash, to, signal })) !== bytes) throw treeChanged(folder);
    return hash.digest('hex');
  } finally {
    closeSync(descriptor);
  }
}

/** Resolves with the bytes that went through: one more than expected at most, of a file that grows meanwhile. */
async function copyThrough(
  descriptor: number,
  expectedBytes: number,
  { hash, to, signal }: { hash: Hash; to: FileHandle | undefined; signal: AbortSignal },
): Promise<number> {
  let bytes = 0;
  const source = createReadStream('', {
    fd: descriptor,
    autoClose: false,
    end: expectedBytes,
    highWaterMark: READ_BYTES,
    signal,
  });
  for await (const chunk of source) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
    await to?.writeFile(chunk as Buffer);
  }
  return bytes;
}

/** Sorted by path, so that a folder stands before what it holds. */
function listTree(folder: string, limits: TreeLimits): Entry[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw badTree(`${folder} is no folder`, 'name a folder that holds what belongs below /');
  }
  const entries: Entry[] = [];
  let bytes = 0;
  for (const entry of entriesBelow(folder, '', 0)) {
    entries.push(entry);
    if (entry.kind === 'file') bytes += entry.bytes;
    if (entries.length > limits.entries || bytes > limits.bytes) throw tooLarge(folder, limits);
  }
  if (entries.length === 0) throw badTree(`the tree ${folder} is empty`, 'etc/… in it becomes /etc/…');
  for (const { path, kind } of entries) requireAllowed(folder, path, kind);
  return entries.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function tooLarge(folder: string, limits: TreeLimits): Error {
  return badTree(
    `the tree ${folder} holds more than ${limits.entries} entries or ${formatBytes(limits.bytes)}`,
    'an image takes what a system needs: leave out what is no part of it',
  );
}

function* entriesBelow(folder: string, prefix: string, depth: number): Generator<Entry> {
  if (depth > MOST_DEPTH)
    throw badTree(`the tree ${folder} is more than ${MOST_DEPTH} folders deep`, 'leave out what is so deep');
  const below: Entry[] = [];
  const opened = openFolderBelow(folder, prefix);
  try {
    for (const name of readdirSync(opened.path)) {
      const found = join(opened.path, name);
      below.push(entryAt(folder, `${prefix}${name}`, found, lstatSync(found, { throwIfNoEntry: false })));
    }
  } finally {
    opened.close();
  }
  for (const entry of below) {
    yield entry;
    if (entry.kind === 'folder') yield* entriesBelow(folder, `${entry.path}/`, depth + 1);
  }
}

/** `found`: where the folder that holds it is held open. */
function entryAt(folder: string, path: string, found: string, status: Stats | undefined): Entry {
  if (status === undefined) {
    throw badTree(`the tree ${folder} cannot be read at ${path}`, 'its names must be UTF-8');
  }
  const mode = status.mode & 0o7777;
  if (status.isDirectory()) return { path, kind: 'folder', mode };
  if (status.isFile()) return { path, kind: 'file', mode, bytes: status.size };
  if (status.isSymbolicLink()) return { path, kind: 'link', target: readlinkSync(found) };
  throw badTree(
    `the tree ${folder} holds ${path}, which is a ${specialKind(status)}`,
    'a tree holds files, folders and links; tmpfiles.d(5) makes the others at boot',
  );
}

function specialKind(status: Stats): string {
  if (status.isSocket()) return 'socket';
  return status.isFIFO() ? 'FIFO' : 'device node';
}

/** What the image's own tools or twinboot make, or what no boot would see, with what to do instead. */
const refused: readonly { at: RegExp; why: string; hint: string }[] = [
  {
    at: /^(bin|lib|lib32|lib64|libx32|sbin)$/,
    why: 'a link into /usr in the image',
    hint: 'put its files below usr/: usr/bin, usr/lib, usr/sbin',
  },
  {
    at: /^(dev|proc|run|sys|tmp)\/./,
    why: 'hidden by what is mounted there at boot',
    hint: 'tmpfiles.d(5) makes files there at boot: etc/tmpfiles.d/mine.conf',
  },
  {
    at: /^usr\/lib\/twinboot$|(^|\/)twinboot-agent\.service/,
    why: "the agent's, which twinboot measures with",
    hint: 'leave it out of the tree',
  },
  {
    at: /^etc\/machine-id$|^(etc|var)\/\.updated$/,
    why: 'made by the boot mode of the image',
    hint: 'leave it out of the tree, and choose the mode with --boot',
  },
  {
    at: /^usr\/sbin\/init$/,
    why: 'the link to systemd, which every runtime boots',
    hint: 'another build of systemd goes to usr/lib/systemd/systemd',
  },
];

function requireAllowed(folder: string, path: string, kind: Entry['kind']): void {
  const rule = refused.find(({ at }) => at.test(path));
  if (rule === undefined) return;
  throw badTree(`the tree ${folder} holds the ${kind} ${path}: /${path} is ${rule.why}`, rule.hint);
}

/**
 * Lays the tree over the image's root and returns the sentence for the record. Everything belongs to whoever builds,
 * which is root. A file or link takes the place of another; a folder that the image has keeps its mode. What was copied
 * has the digest that the tree is known by. Errors: `bad-tree` (usage) where a folder would meet something else;
 * `tree-changed` (run).
 */
export async function copyUserTree(tree: UserTree, root: string, signal: AbortSignal): Promise<string> {
  let replaced = 0;
  const digest = digestOfEntries();
  for (const entry of listTree(tree.folder, treeLimits)) {
    signal.throwIfAborted();
    const copied = await copyEntry(tree.folder, entry, root, signal).catch((error: unknown) => {
      throw isGone(error) ? treeChanged(tree.folder) : error;
    });
    digest.add(entry, copied.sha256);
    if (copied.hasReplaced) replaced += 1;
  }
  const sha256 = digest.sha256();
  if (sha256 !== tree.sha256) throw treeChanged(tree.folder);
  const place = replaced === 0 ? '' : `, ${replaced} of them in the place of what was there`;
  return `A tree of the user's own: ${tree.files} ${tree.files === 1 ? 'file' : 'files'}${place}, sha256 ${sha256}.`;
}

/** Whether a file of the tree has gone since it was listed. */
function isGone(error: unknown): boolean {
  const code = error instanceof TwinbootError ? error.code : errnoOf(error);
  return ['ENOENT', 'ENOTDIR', 'link-in-the-way', 'not-a-file'].includes(code ?? '');
}

function treeChanged(folder: string): Error {
  return runError('tree-changed', `the tree ${folder} was changed while the image was built`, {
    hint: 'build it again',
  });
}

interface Copied {
  /** Something that was there has gone. */
  hasReplaced: boolean;
  /** Of a file: its content's, hex. */
  sha256: string | undefined;
}

async function copyEntry(folder: string, entry: Entry, root: string, signal: AbortSignal): Promise<Copied> {
  const parent = openFolderBelow(root, posix.dirname(entry.path));
  try {
    const target = join(parent.path, posix.basename(entry.path));
    const before = lstatSync(target, { throwIfNoEntry: false });
    if (before !== undefined && (entry.kind === 'folder' || before.isDirectory())) {
      if (entry.kind === 'folder' && before.isDirectory()) return { hasReplaced: false, sha256: undefined };
      throw collision(folder, entry, target, before);
    }
    // Else a link of the image would be written through, perhaps to a file of the host.
    await rm(target, { force: true });
    const sha256 = await makeEntry(folder, entry, target, signal);
    return { hasReplaced: before !== undefined, sha256 };
  } finally {
    parent.close();
  }
}

async function makeEntry(
  folder: string,
  entry: Entry,
  target: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [owner, group] = [process.geteuid?.() ?? 0, process.getegid?.() ?? 0];
  if (entry.kind === 'file') {
    const file = await open(target, 'wx', 0o600);
    try {
      const sha256 = await passOn(folder, entry, file, signal);
      await file.chown(owner, group);
      await file.chmod(entry.mode);
      return sha256;
    } finally {
      await file.close();
    }
  }
  if (entry.kind === 'link') await symlink(entry.target, target);
  else await mkdir(target);
  // A folder with the set-group-ID bit hands its own group down.
  await lchown(target, owner, group);
  if (entry.kind === 'folder') await chmod(target, entry.mode);
  return undefined;
}

function collision(folder: string, { path, kind }: Entry, target: string, before: Stats): Error {
  const there = before.isDirectory() ? 'a folder' : before.isSymbolicLink() ? 'a link' : 'a file';
  return badTree(
    `the tree ${folder} holds the ${kind} ${path}, and the image has ${there} there`,
    before.isSymbolicLink() ? `the link leads to ${readlinkSync(target)}: put its files there` : 'rename it',
  );
}

function badTree(message: string, hint: string): Error {
  return usageError('bad-tree', message, { hint });
}
