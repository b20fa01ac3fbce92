import type { z } from 'zod';
import { valueAt } from '../value-at.ts';
import { foundAt, guess, type Fault } from './faults.ts';
import { gateFileSchema, limitsSchema, serviceRulesSchema } from './file-schema.ts';

type Path = readonly PropertyKey[];

/** What the schema refused, worded for the author of the file. */
export function schemaFaults(error: z.ZodError, data: unknown): Fault[] {
  return error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey([...issue.path, key]));
    if (isStrayKey(issue, data)) return [strayKey(issue.path)];
    return [{ path: issue.path, text: `${issue.path.join('.')}${complaint(issue, data)}` }];
  });
}

function complaint(issue: z.core.$ZodIssue, data: unknown): string {
  if (issue.path.length === 0) return 'a gate is a list of keys and values, such as `rounds: 20`';
  if (issue.code === 'invalid_value') {
    const found = valueAt(data, issue.path);
    if (typeof found === 'string') return `: unknown "${found}"; ${guess(found, issue.values.map(String))}`;
  }
  return `: ${issue.message}; found ${foundAt(data, issue.path)}`;
}

function unknownKey(path: Path): Fault {
  const key = String(path.at(-1));
  return { path, key: true, text: `unknown key "${key}"; ${guess(key, knownKeys(path))}` };
}

/** `maxx: 2 s` beside a metric's limits reads as a runtime of that name whose limits are no list of limits. */
function isStrayKey({ code, path }: z.core.$ZodIssue, data: unknown): boolean {
  const isUnderName =
    (path[0] === 'metrics' && path.length === 3) || (path[0] === 'services' && path.length === 2);
  return (
    isUnderName && code === 'invalid_type' && !knownKeys(path).includes(String(path.at(-1))) && data !== null
  );
}

function strayKey(path: Path): Fault {
  const key = String(path.at(-1));
  const known = knownKeys(path);
  return {
    path,
    key: true,
    text: `"${key}" is none of ${known.join(', ')}, and as a runtime it needs those under it; ${guess(key, known)}`,
  };
}

/** The keys that may stand where the last step of the path does, runtimes left out. */
function knownKeys(path: Path): string[] {
  if (path[0] === 'metrics' && path.length > 2) return Object.keys(limitsSchema.shape);
  if (path[0] === 'services' && path.length > 1) return Object.keys(serviceRulesSchema.shape);
  return Object.keys(gateFileSchema.shape);
}
