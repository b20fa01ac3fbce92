import type { z } from 'zod';
import { usageError } from '../../core/error.ts';
import { suggestion } from '../../core/suggest.ts';
import { plainLine } from '../../core/text.ts';
import { listedRuntimes, presets, runtimes } from './registry.ts';
import type { Runtime } from './runtime.ts';

/** A runtime with its options, as `--runtime` names it. */
export interface RuntimeSpec {
  /** Canonical: the options that were given, in the order of the runtime's declaration. */
  id: string;
  runtime: Runtime;
  options: Record<string, unknown>;
  /** true: named by a preset, so that a host which cannot run it leaves it out instead of refusing the run. */
  optional: boolean;
}

/**
 * Reads what `--runtime` was given: specs, presets (`containers`, `vms`, `all`, `default`) and matrices
 * (`qemu:machine={q35,microvm}`: one spec for each value, of several braces for each combination). Errors: those of
 * `parseRuntimeSpec`, and `runtime-twice`.
 */
export function parseRuntimes(texts: readonly string[]): RuntimeSpec[] {
  const specs = texts.flatMap((text) =>
    Object.hasOwn(presets, text)
      ? presets[text as keyof typeof presets].map((known) => ({ ...parseRuntimeSpec(known), optional: true }))
      : expandBraces(text).map(parseRuntimeSpec),
  );
  const twice = specs.find(({ id }, index) => specs.findIndex((other) => other.id === id) !== index);
  if (twice !== undefined) throw usageError('runtime-twice', `runtime ${twice.id} is given twice`);
  return specs;
}

/** More than anybody can boot; each further brace multiplies them. */
const MOST_COMBINATIONS = 1000;

/** `a={x,y},b={1,2}` → the four combinations, in the order they are read. Errors: `too-many-runtimes` (usage). */
export function expandBraces(text: string): string[] {
  const pieces = text.split(/\{([^{}]*)\}/);
  let combinations = [pieces[0] ?? ''];
  for (let index = 1; index < pieces.length; index += 2) {
    const [choices, after] = [(pieces[index] ?? '').split(','), pieces[index + 1] ?? ''];
    if (combinations.length * choices.length > MOST_COMBINATIONS) throw tooManyRuntimes(text);
    combinations = combinations.flatMap((before) => choices.map((choice) => `${before}${choice}${after}`));
  }
  return combinations;
}

function tooManyRuntimes(text: string): Error {
  return usageError(
    'too-many-runtimes',
    `${plainLine(text, 80)} names more than ${MOST_COMBINATIONS} runtimes`,
    { hint: 'name fewer values in braces' },
  );
}

/**
 * Reads `id` or `id:key=value,key=value`; a comma in a value is written twice.
 * Errors: `unknown-runtime`, `unknown-option`, `bad-option`, each naming what is known or allowed.
 */
export function parseRuntimeSpec(text: string): RuntimeSpec {
  const colon = text.indexOf(':');
  const runtime = findRuntime(colon === -1 ? text : text.slice(0, colon));
  const given = colon === -1 ? new Map<string, string>() : parsePairs(runtime, text.slice(colon + 1));
  const known = Object.keys(runtime.options.shape);
  for (const key of given.keys()) {
    if (known.includes(key)) continue;
    const hint = known.length === 0 ? `${runtime.id} has no options` : suggestion(key, known);
    throw usageError('unknown-option', `runtime ${runtime.id} has no option "${key}"`, { hint });
  }
  const parsed = runtime.options.safeParse(Object.fromEntries(given));
  if (!parsed.success) throw badOption(runtime, given, parsed.error);
  const pairs = known.filter((key) => given.has(key)).map((key) => `${key}=${escape(given.get(key) ?? '')}`);
  return {
    id: pairs.length === 0 ? runtime.id : `${runtime.id}:${pairs.join(',')}`,
    runtime,
    options: parsed.data,
    optional: false,
  };
}

function findRuntime(id: string): Runtime {
  // Own keys alone: `constructor` is no runtime.
  if (Object.hasOwn(runtimes, id)) return runtimes[id as keyof typeof runtimes];
  const known = [...listedRuntimes().map((listed) => listed.id), ...Object.keys(presets)];
  throw usageError('unknown-runtime', `unknown runtime "${id}"`, { hint: suggestion(id, known) });
}

function parsePairs(runtime: Runtime, text: string): Map<string, string> {
  const pairs = new Map<string, string>();
  for (const pair of splitAtSingleCommas(text)) {
    const equals = pair.indexOf('=');
    if (equals <= 0) {
      throw usageError('bad-option', `"${pair}" is no option of runtime ${runtime.id}: write key=value`);
    }
    const key = pair.slice(0, equals);
    if (pairs.has(key))
      throw usageError('bad-option', `option "${key}" of runtime ${runtime.id} is given twice`);
    pairs.set(key, pair.slice(equals + 1));
  }
  return pairs;
}

function splitAtSingleCommas(text: string): string[] {
  return text
    .replaceAll(',,', '\0')
    .split(',')
    .map((part) => part.replaceAll('\0', ','));
}

function escape(value: string): string {
  return value.replaceAll(',', ',,');
}

function badOption(runtime: Runtime, given: Map<string, string>, error: z.ZodError): Error {
  const [issue] = error.issues;
  const key = String(issue?.path[0] ?? '');
  return usageError(
    'bad-option',
    `option ${key}=${given.get(key) ?? ''} of runtime ${runtime.id}: ${issue?.message ?? ''}`,
  );
}
