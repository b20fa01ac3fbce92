import type { FleetPlan, Metric, RuntimeKind, ScenarioDescription } from '../../results/record.ts';
import type { Artifacts } from './artifacts.ts';
import type { SurveyReadings } from './fleet-readings.ts';

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

/**
 * Everything that a scenario can need: artifacts that are read of one booted instance, and readings of surveys, which
 * boot as often as they must.
 */
export interface Readings extends Artifacts, SurveyReadings {}

export type Need = keyof Readings;

/** A question: one file in scenarios/ and one line in its `registry.ts`. */
export interface Scenario<Needs extends Need = Need> extends ScenarioDescription {
  /** Artifacts of one boot, or the reading of one survey. */
  needs: readonly Needs[];
  /**
   * true: asked only where somebody names it. For a question that costs every boot time, or that disturbs what others
   * read of the same boot.
   */
  onlyWhenNamed?: true;
  /** The parts of a fleet's plan that mean something to it. `series` does to each that takes a survey. */
  takes?: readonly (keyof FleetPlan)[];
  /**
   * What each metric is made of. A reading that is absent costs the metrics that are made of it, and no other. Without
   * `madeOf` every metric is made of all that the scenario needs.
   */
  madeOf?: Readonly<Record<string, readonly Needs[]>>;
  /**
   * Pure: computes from what could be read of its needs, and from nothing else. `whyAbsent` is for a metric that can be
   * made of one reading or of another. Called with every state of a reading that grows, and with the last.
   */
  measure(
    readings: Partial<Pick<Readings, Needs>>,
    circumstances: Circumstances,
    whyAbsent: (name: Needs) => string,
  ): Measured;
}

const KEBAB = /^[a-z]+(-[a-z]+)*$/;

/**
 * Checks a scenario's declaration, so that a mistake shows when twinboot starts and not in somebody's record. Throws a
 * plain Error naming the scenario and the metric.
 */
export function defineScenario<Needs extends Need>(scenario: Scenario<Needs>): Scenario<Needs> {
  const fault = (text: string): Error => new Error(`scenario ${scenario.id}: ${text}`);
  if (!KEBAB.test(scenario.id)) throw fault('the id is a noun in kebab-case');
  const seen = new Set<string>();
  for (const { id, definition } of scenario.metrics) {
    if (!/^[a-z-]+\.[a-z-]+$/.test(id)) throw fault(`metric ${id} is not <group>.<noun>`);
    if (seen.has(id)) throw fault(`metric ${id} is declared twice`);
    if (definition.length < 20) throw fault(`metric ${id} has no definition`);
    seen.add(id);
  }
  const unknown = Object.keys(scenario.madeOf ?? {}).find((id) => !seen.has(id));
  if (unknown !== undefined) throw fault(`madeOf names ${unknown}, which is no metric of it`);
  return scenario;
}

/**
 * What a scenario makes of these readings; a metric that is made of one that is absent is missing, with the reason.
 * Throws what `measure` throws.
 */
export function measureScenario<Needs extends Need>(
  scenario: Scenario<Needs>,
  readings: Partial<Pick<Readings, Needs>>,
  circumstances: Circumstances,
  whyAbsent: (name: Needs) => string,
): Measured {
  const { values, missing, details } = scenario.measure(readings, circumstances, whyAbsent);
  const { madeOf } = scenario;
  const unmade = new Map<string, string>();
  for (const { id } of scenario.metrics) {
    const needs = madeOf === undefined ? scenario.needs : (madeOf[id] ?? []);
    const absent = needs.find((name) => readings[name] === undefined);
    if (absent !== undefined) unmade.set(id, whyAbsent(absent));
  }
  return {
    values: Object.fromEntries(Object.entries(values).filter(([id]) => !unmade.has(id))),
    missing: { ...missing, ...Object.fromEntries(unmade) },
    details,
  };
}

/** The same needs for each of these metrics. */
export function eachOf<Needs extends Need>(
  metricIds: readonly string[],
  needs: readonly Needs[],
): Record<string, readonly Needs[]> {
  return Object.fromEntries(metricIds.map((id) => [id, needs]));
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
