import { access, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { z } from 'zod';
import { errnoOf, messageOf, usageError, type TwinbootError } from '../core/error.ts';
import { nearest } from '../core/suggest.ts';
import { plainLine } from '../core/text.ts';
import { jsonFault } from './json-position.ts';
import { migrate, shortened } from './migrate.ts';
import { recordSchema, type RunRecord } from './record.ts';
import { rememberBytes } from './record-text.ts';
import { listRuns, namesOfFolders, RECORD_FILE } from './run-folder.ts';
import { valueAt } from './value-at.ts';

/**
 * Reads and checks a record, of any schema this twinboot knows. `path` is a run folder or the JSON file itself.
 * Throws usage errors: `no-record`, `unreadable-record`, `broken-record` (no JSON), `not-a-record`,
 * `newer-schema`, `unknown-schema`, `invalid-record` (not as the schema says).
 */
export async function readRecord(path: string): Promise<RunRecord> {
  const file = await recordFile(path);
  const bytes = await readBytes(file);
  const record = parseRecord(bytes.toString('utf8'), file, await hasSamplesCsv(file));
  rememberBytes(record, bytes);
  return record;
}

/** From the text of `file`. Throws as `readRecord`; `hasCsv`: its values may be found beside it. */
export function parseRecord(text: string, file: string, hasCsv = false): RunRecord {
  const document = migrate(parseJson(text.replace(/^\uFEFF/, ''), file, hasCsv), file);
  const checked = recordSchema.safeParse(document);
  if (!checked.success) throw invalidRecord(file, document, checked.error);
  return checked.data;
}

async function recordFile(path: string): Promise<string> {
  try {
    return (await stat(path)).isDirectory() ? join(path, RECORD_FILE) : path;
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw unreadable(path, error);
    throw usageError('no-record', `there is no ${path}`, await hintForMissing(path));
  }
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw unreadable(file, error);
    const folder = dirname(file);
    throw usageError('no-record', `no ${RECORD_FILE} in ${folder}`, await hintForMissing(folder));
  }
}

/** The newest run inside, where the path is a folder of runs; else the folder beside it with nearly its name. */
async function hintForMissing(missing: string): Promise<{ hint?: string }> {
  const path = basename(missing) === RECORD_FILE ? dirname(missing) : missing;
  const inside = await listRuns(path);
  const newest = inside[0];
  if (newest) return { hint: `${path} holds ${inside.length} runs; the newest is ${newest.path}` };

  const parent = dirname(resolve(path));
  const guess = nearest(
    basename(resolve(path)),
    (await namesOfFolders(parent)).filter((name) => name !== basename(path)),
  );
  return guess === undefined ? {} : { hint: `did you mean ${join(dirname(path), guess)}?` };
}

function unreadable(path: string, error: unknown): TwinbootError {
  return usageError('unreadable-record', `cannot read ${path}: ${messageOf(error)}`, { cause: error });
}

async function hasSamplesCsv(file: string): Promise<boolean> {
  return access(join(dirname(file), 'samples.csv')).then(
    () => true,
    () => false,
  );
}

function parseJson(text: string, file: string, hasCsv: boolean): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const { byte, line, truncated } = jsonFault(text);
    const what =
      text.trim() === ''
        ? 'is empty'
        : truncated
          ? `is cut off: it ends at byte ${byte} (line ${line}) in the middle of its JSON`
          : `is not JSON: it goes wrong at byte ${byte} (line ${line})`;
    throw usageError('broken-record', `${file} ${what}`, {
      ...(hasCsv && { hint: `${join(dirname(file), 'samples.csv')} may still hold its values` }),
      cause,
    });
  }
}

const SHOWN_PROBLEMS = 3;

function invalidRecord(file: string, document: unknown, error: z.ZodError): TwinbootError {
  const problems = error.issues.slice(0, SHOWN_PROBLEMS).map(({ path, message }) => {
    return plainLine(`${pathText(path)}: ${message}; found ${shortened(valueAt(document, path))}`, 1000);
  });
  const more = error.issues.length - problems.length;
  const lines = [...problems, ...(more > 0 ? [`and ${more} more`] : [])].map((line) => `\n  ${line}`);
  return usageError('invalid-record', `${file} is not as its schema says:${lines.join('')}`);
}

/** `samples[3].values[0].unit` */
function pathText(path: readonly PropertyKey[]): string {
  const text = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${String(key)}`)).join('');
  return text === '' ? 'the document' : text.replace(/^\./, '');
}
