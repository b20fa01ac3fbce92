import { readFile } from 'node:fs/promises';
import { starMatcher } from '../../core/glob.ts';
import { errnoOf, messageOf, usageError, type TwinbootError } from '../../core/error.ts';
import { plainLine } from '../../core/text.ts';
import { findingKinds } from '../questions/registry.ts';
import type { Finding } from '../questions/question.ts';

/** A line of an expectation file: something that is not clean, and that may be so. */
export interface Expectation {
  /** `everywhere`, `container`, `vm` or RuntimeDescription.id. */
  where: string;
  /** Finding.what */
  what: string;
  /** Finding.name; `*` stands for any text. */
  name: string;
  matches: (name: string) => boolean;
}

/** A gate's expectation file as it is found: `expectations` are absent where there is none yet. */
export interface ExpectedFile {
  /** As the gate's file names it. */
  name: string;
  path: string;
  expectations?: Expectation[];
}

export const EVERYWHERE = 'everywhere';

const KINDS: readonly string[] = ['container', 'vm'];

/**
 * Reads `WHERE WHAT NAME`, one a line; an empty line and one that begins with `#` say nothing. Errors (usage):
 * `bad-expected-file` with its first faulty line, `unreadable-expected-file`.
 */
export async function readExpected(
  name: string,
  path: string,
  isRuntime: (text: string) => boolean,
): Promise<ExpectedFile> {
  try {
    return { name, path, expectations: parseExpected(await readFile(path, 'utf8'), name, isRuntime) };
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return { name, path };
    if (errnoOf(error) === undefined) throw error;
    throw usageError('unreadable-expected-file', `cannot read ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

export function parseExpected(
  text: string,
  file: string,
  isRuntime: (text: string) => boolean,
): Expectation[] {
  return text.split('\n').flatMap((line, index): Expectation[] => {
    const said = line.trim();
    if (said === '' || said.startsWith('#')) return [];
    const match = /^(\S+)\s+(\S+)\s+(.+)$/.exec(said);
    const fault = (why: string): TwinbootError =>
      usageError('bad-expected-file', plainLine(`${file}:${index + 1}: ${why}`, 300), {
        hint: `a line is WHERE WHAT NAME: ${EVERYWHERE} ${findingKinds[0] ?? 'failed'} example.service`,
      });
    if (match === null) throw fault(`"${said}" is no expectation`);
    const [, where = '', what = '', name = ''] = match;
    if (where !== EVERYWHERE && !KINDS.includes(where) && !isRuntime(where))
      throw fault(`"${where}" is neither ${EVERYWHERE}, container, vm nor a runtime`);
    if (!findingKinds.includes(what)) throw fault(`"${what}" is none of ${findingKinds.join(', ')}`);
    return [{ where, what, name, matches: starMatcher(name) }];
  });
}

/** The text of a file that expects all of these findings, a line each, by runtime. What all have is written once. */
export function expectedText(found: ReadonlyMap<string, readonly Finding[]>): string {
  const lines = [...found].flatMap(([where, findings]) =>
    findings.map(({ what, name }) => ({ where, line: `${what} ${name}` })),
  );
  const places = new Map<string, Set<string>>();
  for (const { where, line } of lines) places.set(line, (places.get(line) ?? new Set()).add(where));
  const isEverywhere = (line: string): boolean => places.get(line)?.size === found.size;
  const written = lines.map(({ where, line }) => `${isEverywhere(line) ? EVERYWHERE : where} ${line}`);
  return `${[HEAD, ...new Set(written)].join('\n')}\n`;
}

const HEAD = `# What boots of this image may show although it is not clean: WHERE WHAT NAME, one a line.
# WHERE: ${EVERYWHERE}, container, vm or a runtime. In NAME, * stands for any text.`;
