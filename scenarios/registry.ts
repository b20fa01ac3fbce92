import { usageError } from '../core/error.ts';
import { suggestion } from '../core/suggest.ts';
import type { Scenario } from './define.ts';
import { memory } from './memory.ts';
import { services } from './services.ts';
import { startup } from './startup.ts';

/** Every scenario, in the order in which they are listed and reported. */
export const scenarios: readonly Scenario[] = [startup, memory, services];

/** Errors: `unknown-scenario`, with the nearest match. */
export function findScenario(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  const known = scenarios.map((scenario) => scenario.id);
  throw usageError('unknown-scenario', `unknown scenario "${id}"`, { hint: suggestion(id, known) });
}
