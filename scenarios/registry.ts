import { usageError } from '../core/error.ts';
import { suggestion } from '../core/suggest.ts';
import type { Scenario } from '../harness/contract/scenario.ts';
import { attackSurface } from './attack-surface.ts';
import { contention } from './contention.ts';
import { density } from './density.ts';
import { detection } from './detection.ts';
import { fidelity } from './fidelity.ts';
import { isolation } from './isolation.ts';
import { inspection } from './inspection.ts';
import { memory } from './memory.ts';
import { minimumMemory } from './minimum-memory.ts';
import { services } from './services.ts';
import { startup } from './startup.ts';
import { storm } from './storm.ts';
import { work } from './work.ts';

/** Every scenario, in the order in which they are listed, asked and reported. */
export const scenarios: readonly Scenario[] = [
  ...[startup, memory, services],
  ...[isolation, detection, fidelity],
  ...[inspection, work],
  ...[density, storm, minimumMemory, attackSurface, contention],
];

/** One of these scenarios by its id. Errors: `unknown-scenario` (usage), with the nearest match. */
export function findScenario(id: string, among: readonly Scenario[] = scenarios): Scenario {
  const found = among.find((scenario) => scenario.id === id);
  if (found !== undefined) return found;
  const ids = among.map((scenario) => scenario.id);
  throw usageError('unknown-scenario', `unknown scenario "${id}"`, { hint: suggestion(id, ids) });
}
