import { readdirSync } from 'node:fs';
import { textIfThere } from '../../../core/read-if-there.ts';
import { countInotify, type InotifyUse } from './inotify-use.ts';
import type { LimitFiles } from './limit.ts';

export function hostFiles(): LimitFiles {
  let use: InotifyUse | undefined;
  return {
    text: textIfThere,
    entries: entriesIn,
    inotify: () => (use ??= countInotify()),
  };
}

function entriesIn(folder: string): number | undefined {
  try {
    return readdirSync(folder).length;
  } catch {
    return undefined;
  }
}
