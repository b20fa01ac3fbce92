import type { ArtifactName, Artifacts } from './artifacts.ts';
import type { Metric, RuntimeKind, ScenarioDescription } from '../../results/record.ts';

/** What a scenario made of one boot. A metric is in `values` or in `missing`, with the reason. */
export interface Measured {
  values: Record<string, number>;
  missing: Record<string, string>;
  details: Record<string, unknown>;
}

/** What holds for a boot beside what was read of it. */
export interface Circumstances {
  kind: RuntimeKind;
  /** The guest's RAM (VM) or memory limit (container), bytes. */
  memoryBytes: number;
  /** Whether the host runs a service of this unit name. */
  onHost: (unit: string) => 'running' | 'not-running' | 'unknown';
}

/** A question asked of a booted instance: one file in this folder and one line in `registry.ts`. */
export interface Scenario<Needs extends ArtifactName = ArtifactName> extends ScenarioDescription {
  needs: readonly Needs[];
  /**
   * Pure: computes from what could be read of the artifacts that it named, and from nothing else. One that is absent
   * costs the metrics that are made of it; `whyAbsent` is their reason.
   */
  measure(
    readings: Partial<Pick<Artifacts, Needs>>,
    circumstances: Circumstances,
    whyAbsent: (name: Needs) => string,
  ): Measured;
}

/**
 * A question that one boot cannot answer: it keeps many instances alive, or boots as often as it must. How that goes is a
 * survey of the harness (harness/fleet/); the scenario says what its reading means.
 */
export interface FleetScenario<Reading> extends ScenarioDescription {
  /** Pure. Called with every state of a reading that grows, and with the last. */
  measure(reading: Reading, circumstances: Circumstances): Measured;
}

const KEBAB = /^[a-z]+(-[a-z]+)*$/;

/**
 * Checks a scenario's declaration, so that a mistake shows when twinboot starts and not in somebody's record. Throws a
 * plain Error naming the scenario and the metric.
 */
export function defineScenario<Needs extends ArtifactName>(scenario: Scenario<Needs>): Scenario<Needs> {
  checkDeclaration(scenario);
  return scenario;
}

/** The same for a scenario of a fleet. */
export function defineFleetScenario<Reading>(scenario: FleetScenario<Reading>): FleetScenario<Reading> {
  checkDeclaration(scenario);
  return scenario;
}

function checkDeclaration(scenario: ScenarioDescription): void {
  const fault = (text: string): Error => new Error(`scenario ${scenario.id}: ${text}`);
  if (!KEBAB.test(scenario.id)) throw fault('the id is a noun in kebab-case');
  const seen = new Set<string>();
  for (const { id, definition } of scenario.metrics) {
    if (!/^[a-z-]+\.[a-z-]+$/.test(id)) throw fault(`metric ${id} is not <group>.<noun>`);
    if (seen.has(id)) throw fault(`metric ${id} is declared twice`);
    if (definition.length < 20) throw fault(`metric ${id} has no definition`);
    seen.add(id);
  }
}

/** A metric that says where it stands in the reports. */
export function metric(
  id: string,
  unit: Metric['unit'],
  role: Metric['role'],
  title: string,
  definition: string,
  better: Metric['better'] = 'lower',
): Metric {
  return { id, title, unit, better, definition, role };
}

/** Collects values as they become known, and the reason where they do not. */
export function createMeasured(): Measured & {
  put: (metricId: string, value: number | undefined, reason: string) => void;
} {
  const measured: Measured = { values: {}, missing: {}, details: {} };
  return {
    ...measured,
    put(metricId, value, reason) {
      if (value !== undefined && Number.isFinite(value)) measured.values[metricId] = value;
      else measured.missing[metricId] = reason;
    },
  };
}
