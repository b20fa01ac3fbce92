import { createHash } from 'node:crypto';
import { constants, readdirSync, readlinkSync, lstatSync, statSync, type Stats } from 'node:fs';
import { chmod, copyFile, lchown, mkdir, rm, symlink } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { errnoOf, messageOf, runError, usageError } from '../../core/error.ts';
import { digestFile } from './pack.ts';

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
  { kind: 'folder' | 'file'; mode: number } | { kind: 'link'; target: string }
);

/**
 * Reads the whole folder. Links are kept and never followed; hard links become files of their own; extended attributes
 * are left out. Errors (usage): `bad-tree`, for what is no folder or empty, and for what an image cannot take.
 */
export async function readUserTree(folder: string, signal: AbortSignal): Promise<UserTree> {
  try {
    return await digestTree(folder, signal);
  } catch (error) {
    if (errnoOf(error) !== 'EACCES') throw error;
    throw badTree(`the tree ${folder} cannot be read: ${messageOf(error)}`, 'images are built as root');
  }
}

async function digestTree(folder: string, signal: AbortSignal): Promise<UserTree> {
  const entries = listTree(folder);
  const hash = createHash('sha256');
  for (const entry of entries) {
    const content = entry.kind === 'file' ? [await digestFile(join(folder, entry.path), signal)] : [];
    const facts = entry.kind === 'link' ? [entry.target] : [entry.mode, ...content];
    hash.update(`${JSON.stringify([entry.path, entry.kind, ...facts])}\n`);
  }
  return {
    folder: resolve(folder),
    files: entries.filter(({ kind }) => kind !== 'folder').length,
    sha256: hash.digest('hex'),
  };
}

/** Sorted by path, so that a folder stands before what it holds. */
function listTree(folder: string): Entry[] {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() !== true) {
    throw badTree(`${folder} is no folder`, 'name a folder that holds what belongs below /');
  }
  const entries = listBelow(folder, '');
  if (entries.length === 0) throw badTree(`the tree ${folder} is empty`, 'etc/… in it becomes /etc/…');
  for (const { path, kind } of entries) requireAllowed(folder, path, kind);
  return entries.sort((left, right) => (left.path < right.path ? -1 : 1));
}

function listBelow(folder: string, prefix: string): Entry[] {
  return readdirSync(join(folder, prefix)).flatMap((name) => {
    const path = `${prefix}${name}`;
    const entry = entryAt(folder, path, lstatSync(join(folder, path), { throwIfNoEntry: false }));
    return entry.kind === 'folder' ? [entry, ...listBelow(folder, `${path}/`)] : [entry];
  });
}

function entryAt(folder: string, path: string, status: Stats | undefined): Entry {
  if (status === undefined) {
    throw badTree(`the tree ${folder} cannot be read at ${path}`, 'its names must be UTF-8');
  }
  const mode = status.mode & 0o7777;
  if (status.isDirectory()) return { path, kind: 'folder', mode };
  if (status.isFile()) return { path, kind: 'file', mode };
  if (status.isSymbolicLink()) return { path, kind: 'link', target: readlinkSync(join(folder, path)) };
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
 * which is root. A file or link takes the place of another; a folder that the image has keeps its mode.
 * Errors: `bad-tree` (usage) where a folder would meet something else; `tree-changed` (run).
 */
export async function copyUserTree(tree: UserTree, root: string, signal: AbortSignal): Promise<string> {
  let replaced = 0;
  for (const entry of listTree(tree.folder)) {
    signal.throwIfAborted();
    if (await copyEntry(tree.folder, entry, root)) replaced += 1;
  }
  const { sha256 } = await readUserTree(tree.folder, signal);
  if (sha256 !== tree.sha256) {
    throw runError('tree-changed', `the tree ${tree.folder} was changed while the image was built`, {
      hint: 'build it again',
    });
  }
  const place = replaced === 0 ? '' : `, ${replaced} of them in the place of what was there`;
  return `A tree of the user's own: ${tree.files} ${tree.files === 1 ? 'file' : 'files'}${place}, sha256 ${sha256}.`;
}

/** Whether something that was there has gone. */
async function copyEntry(folder: string, entry: Entry, root: string): Promise<boolean> {
  const [source, target] = [join(folder, entry.path), join(root, entry.path)];
  const before = lstatSync(target, { throwIfNoEntry: false });
  if (before !== undefined && (entry.kind === 'folder' || before.isDirectory())) {
    if (entry.kind === 'folder' && before.isDirectory()) return false;
    throw collision(folder, entry, target, before);
  }
  // Else a link of the image would be written through, perhaps to a file of the host.
  await rm(target, { force: true });
  if (entry.kind === 'link') await symlink(entry.target, target);
  else if (entry.kind === 'folder') await mkdir(target);
  else await copyFile(source, target, constants.COPYFILE_EXCL);
  // A folder with the set-group-ID bit hands its own group down.
  await lchown(target, process.geteuid?.() ?? 0, process.getegid?.() ?? 0);
  if (entry.kind !== 'link') await chmod(target, entry.mode);
  return before !== undefined;
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
