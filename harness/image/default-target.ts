import { lstatSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openFolderBelow, type OpenFolder } from '../../core/below.ts';
import { usageError } from '../../core/error.ts';
import { AGENT_UNIT } from './agent-files.ts';

/** Where a unit's file is looked for, the first one wins (systemd.unit(5)). */
const unitFolders = ['etc/systemd/system', 'usr/local/lib/systemd/system', 'usr/lib/systemd/system'];

/** Where boots lead to that the agent's own unit waits for: graphical.target begins with multi-user.target. */
const USUAL = new Set(['multi-user.target', 'graphical.target']);

/** A name that can be one of a folder (systemd.unit(5)): a link may lead to `/`, or to `..`. */
const TARGET = /^[A-Za-z0-9:_.\\@-]+\.target$/;

/** Links that are followed from alias to alias. */
const MOST_LINKS = 8;

/**
 * The target that the tree boots to: what `default.target` is a link to. `undefined` where it is a file of its own or
 * is not there at all. Errors: `bad-tree` (usage) where it leads to a unit that no file describes.
 */
export function defaultTargetOf(tree: string, kindAt = kindOf): string | undefined {
  let name = 'default.target';
  for (let links = 0; links < MOST_LINKS; links += 1) {
    const found = unitFolders.map((folder) => kindAt(tree, folder, name)).find((kind) => kind !== undefined);
    if (found === undefined) {
      if (name === 'default.target') return undefined;
      throw usageError('bad-tree', `the image boots to ${name}, which no unit file describes`, {
        hint: 'systemd would fall back to rescue.target: what does default.target lead to?',
      });
    }
    if (found.link === undefined) return name === 'default.target' ? undefined : name;
    name = basename(found.link);
    if (!TARGET.test(name)) return undefined;
  }
  return undefined;
}

/** `link`: what it leads to; the file may be absolute inside the tree, and only its name counts. */
function kindOf(tree: string, folder: string, name: string): { link?: string } | undefined {
  let opened: OpenFolder | undefined;
  try {
    opened = openFolderBelow(tree, folder);
    const path = join(opened.path, name);
    return lstatSync(path).isSymbolicLink() ? { link: readlinkSync(path) } : {};
  } catch {
    return undefined;
  } finally {
    opened?.close();
  }
}

/**
 * Lets the agent be started by a default target of the image's own, and after it. Returns what was changed, a sentence
 * each. For an image that boots as Debian does there is nothing to change. Errors: `link-in-the-way` (usage).
 */
export function adoptDefaultTarget(tree: string): string[] {
  const target = defaultTargetOf(tree);
  if (target === undefined || USUAL.has(target)) return [];
  const unit = basename(AGENT_UNIT);
  const units = 'etc/systemd/system';
  inFolder(tree, `${units}/${target}.wants`, (folder) => symlinkSync(AGENT_UNIT, join(folder, unit)));
  inFolder(tree, `${units}/${unit}.d`, (folder) =>
    writeFileSync(join(folder, 'default-target.conf'), `[Unit]\nAfter=${target}\n`, {
      mode: 0o644,
      flag: 'wx',
    }),
  );
  return [`The image boots to ${target}, which wants the agent and is reached before it is started.`];
}

function inFolder(tree: string, path: string, work: (folder: string) => void): void {
  const folder = openFolderBelow(tree, path, { make: 0o755 });
  try {
    work(folder.path);
  } finally {
    folder.close();
  }
}
