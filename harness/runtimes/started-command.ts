import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { cacheFolder } from '../../core/cache-folder.ts';
import { packageRoot } from '../../core/package-root.ts';
import type { StartedCommand } from '../../results/record.ts';

/** Where this boot has its files: paths that another boot, or another host, has elsewhere. */
export interface BootPlaces {
  bootId: string;
  /** The run's folder for throw-away files. */
  workFolder: string;
  imageFolder: string;
}

/** A runtime's command line for the record: what is not the same at every boot and on every host is named in `<…>`. */
export function startedCommand(
  { words, environment }: StartedCommand,
  { bootId, workFolder, imageFolder }: BootPlaces,
): StartedCommand {
  // The longer path first: the image lies in the cache, and the cache may lie in the home folder.
  const names: [string, string][] = [
    [`${workFolder}/${bootId}`, '<boot folder>'],
    [workFolder, '<work folder>'],
    [imageFolder, '<image folder>'],
    [cacheFolder(), '<cache folder>'],
    [packageRoot(), '<twinboot>'],
    [homedir(), '<home>'],
    [bootId, '<boot>'],
  ];
  const named = (word: string): string =>
    names
      .filter(([text]) => text.length > 1)
      .reduce((result, [text, name]) => result.replaceAll(text, name), programNamed(word))
      .replace(/\/proc\/\d+\//g, '/proc/<pid>/')
      .replace(/\/dev\/pts\/\d+/g, '/dev/pts/<n>');
  return {
    words: words.map(named),
    environment: Object.fromEntries(Object.entries(environment).map(([name, value]) => [name, named(value)])),
  };
}

/** A program that is handed over as an argument, by its digest: it is in twinboot's sources. */
function programNamed(word: string): string {
  const lines = word.trimEnd().split('\n').length;
  if (lines === 1) return word;
  return `<${lines} lines, SHA-256 ${createHash('sha256').update(word).digest('hex').slice(0, 12)}>`;
}
