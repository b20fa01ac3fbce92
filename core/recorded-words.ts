import { homedir } from 'node:os';
import { shellWord } from './shell.ts';

/**
 * A call of twinboot for the record, quoted so that it can be pasted. Records get published: credentials in URLs are
 * left out, and the caller's home folder is `"$HOME"`.
 */
export function recordedCommandLine(words: readonly string[], home = homedir()): string {
  return ['twinboot', ...words.map((word) => recordedWord(withoutCredentials(word), home))].join(' ');
}

function recordedWord(word: string, home: string): string {
  const parts = home.length > 1 ? word.split(`${home}/`) : [word];
  return parts.map((part) => (part === '' ? '' : shellWord(part))).join('"$HOME"/') || "''";
}

/** `https://user:password@host/` → `https://host/`. */
export function withoutCredentials(text: string): string {
  return text.replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@]*@/giu, '$1');
}
