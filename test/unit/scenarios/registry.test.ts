import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { measureScenario } from '../../../harness/contract/scenario.ts';
import type { RuntimeKind } from '../../../results/record.ts';
import { findScenario, scenarios } from '../../../scenarios/registry.ts';
import { capturedArtifacts, notRead } from '../../fixtures/guest/artifacts.ts';

describe.each(scenarios.map((scenario) => [scenario.id, scenario] as const))('%s', (id, scenario) => {
  it('has its file’s name for its id, and is found by it', () => {
    expect(existsSync(join(packageRoot(), 'scenarios', `${id}.ts`))).toBe(true);
    expect(findScenario(id)).toBe(scenario);
  });

  it.each<[RuntimeKind, 'nspawn' | 'qemu']>([
    ['container', 'nspawn'],
    ['vm', 'qemu'],
  ])('of a %s gives each metric that it declares a value or a reason', (kind, source) => {
    const circumstances = { kind, memoryBytes: 512 * 1024 * 1024, onHost: () => 'unknown' as const };
    const { values, missing } = measureScenario(scenario, capturedArtifacts(source), circumstances, notRead);
    const declared = scenario.metrics.map((metric) => metric.id);
    expect([...Object.keys(values), ...Object.keys(missing)].sort()).toEqual([...declared].sort());
    for (const reason of Object.values(missing)) expect(reason).not.toBe('');
  });
});

const known =
  'startup, memory, services, isolation, detection, fidelity, inspection, work, density, storm, ' +
  'minimum-memory, attack-surface, contention';

describe('all scenarios', () => {
  it('no metric is declared by two', () => {
    const ids = scenarios.flatMap(({ metrics }) => metrics.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
  });

  it.each([
    ['startupp', `did you mean "startup"? Known: ${known}`],
    ['__proto__', `known: ${known}`],
  ])('%s is none of them', (typed, hint) => {
    expect(() => findScenario(typed)).toThrow(
      expect.objectContaining({ code: 'unknown-scenario', message: `unknown scenario "${typed}"`, hint }),
    );
  });
});
