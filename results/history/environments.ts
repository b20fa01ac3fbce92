import { plainLine } from '../../core/text.ts';
import type { Environment } from '../environment.ts';

/** Of the keys that set an environment apart, how many are named. */
const NAMED = 2;

/** What is the same for the same environment. */
export function environmentKey(environment: Environment): string {
  return JSON.stringify(Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/**
 * What sets each of several environments apart from the others: `kernel 6.1.0-18, qemu version 10.0.3 and 2 more`.
 * `undefined` where there is only one.
 */
export function environmentNames(environments: readonly Environment[]): (string | undefined)[] {
  const keys = [...new Set(environments.flatMap((environment) => Object.keys(environment)))].filter(
    (key) => new Set(environments.map((environment) => environment[key])).size > 1,
  );
  return environments.map((environment) => {
    if (environments.length < 2) return undefined;
    const parts = keys.map((key) => `${key} ${environment[key] ?? 'not recorded'}`);
    const more = parts.length - NAMED;
    return plainLine(parts.slice(0, NAMED).join(', ') + (more > 0 ? ` and ${more} more` : ''), 160);
  });
}
