import { ANY_TEXT, matchesGlob, type GlobPart } from '../../core/glob.ts';

/** How a gate's file names units: as systemctl(1) does, aliases and patterns included. */

/** `systemd-udevd` → `systemd-udevd.service`, as systemctl reads names; `systemd-journal*` is a pattern of services. */
export function unitName(name: string): string {
  return /\.[a-z]+$/.test(name) ? name : `${name}.service`;
}

/**
 * What no ledger can hold: it has a row for every service, and for PID 1. `undefined` for a name that it can hold.
 * Other units have one only where they failed, which `forbid-failed` sees.
 */
export function whyNoService(name: string): string | undefined {
  const unit = unitName(name);
  if (matcherOf(unit) === undefined) return `"${name}" is no pattern of a name: a range in it runs backwards`;
  if (unit.endsWith('.service') || unit === 'init.scope') return undefined;
  return `"${name}" is no service: the ledger has a state of services alone (forbid-failed sees failed units of any type)`;
}

/** Whether a unit's name is meant: the name itself, or a pattern of `*`, `?` and `[…]` (glob(7)). */
export function unitMatcher(name: string): (unit: string) => boolean {
  return matcherOf(name) ?? (() => false);
}

/** `undefined` for what is no pattern, `[z-a]`. */
function matcherOf(name: string): ((unit: string) => boolean) | undefined {
  if (!/[*?[]/.test(name)) return (unit) => unit === name;
  try {
    const parts = [...partsOf(name)];
    return (unit) => matchesGlob(parts, unit);
  } catch {
    return undefined;
  }
}

function* partsOf(glob: string): Generator<GlobPart> {
  const lastEnd = glob.lastIndexOf(']');
  for (let at = 0; at < glob.length;) {
    const end = at < lastEnd && glob.charAt(at) === '[' ? endOfClass(glob, at) : undefined;
    const token = glob.slice(at, end ?? at + 1);
    yield partOf(token);
    at += token.length;
  }
}

/** Behind the bracket that ends a class with at least one character; `undefined` where it has none. */
function endOfClass(glob: string, start: number): number | undefined {
  const isNegated = /[!^]/.test(glob.charAt(start + 1)) && glob.charAt(start + 2) !== ']';
  const first = start + (isNegated ? 2 : 1);
  const end = glob.indexOf(']', first);
  return end > first ? end + 1 : undefined;
}

function partOf(token: string): GlobPart {
  if (token === '*') return ANY_TEXT;
  if (token === '?') return () => true;
  if (token.length === 1) return (character) => character === token;
  const pattern = new RegExp(`^${classOf(token)}$`);
  return (character) => pattern.test(character);
}

/** `[a-c]`, `[!a-c]`: what has a meaning of its own within the brackets of an expression loses it. */
function classOf(token: string): string {
  const negated = /^\[[!^]/.test(token);
  const inner = token.slice(negated ? 2 : 1, -1).replace(/[\\\]^]/g, '\\$&');
  return `[${negated ? '^' : ''}${inner}]`;
}
