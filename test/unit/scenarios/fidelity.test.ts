import { describe, expect, it } from 'vitest';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import type { Cleanliness } from '../../../harness/parse/cleanliness-probe.ts';
import { fidelityDetailsSchema } from '../../../results/exposure/fidelity.ts';
import { fidelity } from '../../../scenarios/fidelity.ts';
import { capturedArtifacts, capturedWithout, notRead } from '../../fixtures/guest/artifacts.ts';

const circumstances = { kind: 'container' as const, memoryBytes: 1, onHost: () => 'unknown' as const };

function measure(change: Partial<Cleanliness> = {}): Measured {
  const artifacts = capturedArtifacts('nspawn');
  Object.assign(artifacts.fidelity, change);
  return measureScenario(fidelity, artifacts, circumstances, notRead);
}

describe('fidelity', () => {
  it('of the captured nspawn: nothing failed, and some units were skipped, with their conditions', () => {
    const { values, details } = measure();
    expect(values).toMatchObject({ 'fidelity.failed-units': 0, 'fidelity.degraded': 0 });
    expect(values['fidelity.skipped-units']).toBeGreaterThan(20);
    const { skipped } = fidelityDetailsSchema.parse(details);
    expect(skipped.find(({ unit }) => unit === 'systemd-udevd.service')?.conditions).toEqual([
      'ConditionPathIsReadWrite=/sys',
    ]);
  });

  it('what failed is counted, and the state said', () => {
    const { values, details } = measure({ state: 'degraded', failed: ['a.mount', 'b.service'] });
    expect(values).toMatchObject({ 'fidelity.failed-units': 2, 'fidelity.degraded': 1 });
    expect(details).toMatchObject({ state: 'degraded', failed: ['a.mount', 'b.service'] });
  });

  it('no journal is not a journal without errors', () => {
    const { values, missing } = measure({ journal: undefined });
    expect(values['fidelity.journal-errors']).toBeUndefined();
    expect(missing['fidelity.journal-errors']).toBe('the instance has no journal that can be read');
    expect(measure({ journal: ['[1.0] x: y'] }).values['fidelity.journal-errors']).toBe(1);
  });

  it('a state that nobody said', () => {
    expect(measure({ state: '' }).missing['fidelity.degraded']).toBe('systemctl did not say its state');
  });

  it('without its artifact every metric has the reason', () => {
    const { missing } = measureScenario(
      fidelity,
      capturedWithout('nspawn', 'fidelity'),
      circumstances,
      notRead,
    );
    expect(new Set(Object.values(missing))).toEqual(new Set(['fidelity was not read']));
  });
});
