import { plainLine } from '../core/text.ts';
import type { RunRecord } from './record.ts';
import { recordDigest } from './record-text.ts';

/** `0.1.0`, with the commit where it is known: `0.1.0 (commit 7c03cea52b1f, changed)`. */
export function toolVersion({ tool: { version, commit, isChanged } }: RunRecord): string {
  if (commit === undefined) return version;
  return `${version} (commit ${commit.slice(0, 12)}${isChanged === true ? ', changed' : ''})`;
}

/** twinboot's version and the record's digest in one line, by which a page or a picture is traced to its `run.json`. */
export function provenanceLine(record: RunRecord): string {
  const digest = recordDigest(record).slice(0, 12);
  return plainLine(`twinboot ${toolVersion(record)} · run.json SHA-256 ${digest}`);
}
