import type { ScenarioDescription } from '../results/record.ts';
import { usageError } from '../core/error.ts';
import { suggestion } from '../core/suggest.ts';
import type { Scenario } from './define.ts';
import { density } from './density.ts';
import { detection } from './detection.ts';
import { fidelity } from './fidelity.ts';
import { isolation } from './isolation.ts';
import { memory } from './memory.ts';
import { minimumMemory } from './minimum-memory.ts';
import { services } from './services.ts';
import { startup } from './startup.ts';
import { storm } from './storm.ts';

/** Every scenario that looks at single boots, in the order in which they are listed and reported. */
export const scenarios: readonly Scenario[] = [startup, memory, services, isolation, detection, fidelity];

/** Those of a run that names none: what a boot costs. The others are asked where they are named. */
export const usualScenarios: readonly Scenario[] = [startup, memory, services];

/** Every scenario, those of a fleet included, which are surveyed only where they are named. */
export const allScenarios: readonly ScenarioDescription[] = [...scenarios, density, storm, minimumMemory];

/** A scenario of single boots. Errors: `unknown-scenario`, with the nearest match. */
export function findScenario(id: string): Scenario {
  const found = scenarios.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  throw unknownScenario(id, scenarios);
}

/** For a name that none of `known` has. */
export function unknownScenario(id: string, known: readonly ScenarioDescription[]): Error {
  const ids = known.map((scenario) => scenario.id);
  return usageError('unknown-scenario', `unknown scenario "${id}"`, { hint: suggestion(id, ids) });
}
