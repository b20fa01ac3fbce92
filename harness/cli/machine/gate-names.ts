import type { KnownNames } from '../../../results/gate/check-names.ts';
import { scenarios } from '../../../scenarios/registry.ts';
import { parseRuntimes } from '../../runtimes/spec.ts';
import { takersOf } from './fleet-options.ts';

/** What a gate's file may speak of, from the registries. */
export const knownNames: KnownNames = {
  scenarios: scenarios.map(({ id }) => id),
  takersOf,
  metrics: scenarios.flatMap((scenario) =>
    scenario.metrics.map(({ id, unit }) => ({ id, unit, scenario: scenario.id })),
  ),
  runtimes: (text) => parseRuntimes([text]).map(({ id, optional }) => ({ id, optional })),
  defaultRuntimes: parseRuntimes(['default']).map(({ id }) => id),
};
