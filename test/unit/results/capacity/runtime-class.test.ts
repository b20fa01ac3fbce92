import { describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import { GIB, MIB } from '../../../../core/units.ts';
import { planCapacity } from '../../../../results/capacity/plan-capacity.ts';
import { runtimeClasses } from '../../../../results/capacity/runtime-class.ts';
import { densityRecord, type DensityOptions } from '../../../fixtures/records/density.ts';

const classesOf = (options: DensityOptions = {}): string =>
  runtimeClasses(planCapacity(densityRecord(options), { hostMemoryBytes: 64 * GIB }));

describe('runtimeClasses', () => {
  it('has the upper end of what one more costs, and what idling takes', () => {
    const plan = planCapacity(densityRecord(), { hostMemoryBytes: 64 * GIB });
    const [nspawn, qemu] = parseAllDocuments(runtimeClasses(plan)).map((one) => one.toJS() as unknown);
    const mebibytes = plan.runtimes.map(({ each }) => `${Math.ceil((each?.interval?.high ?? NaN) / MIB)}Mi`);
    expect(nspawn).toEqual({
      apiVersion: 'node.k8s.io/v1',
      kind: 'RuntimeClass',
      metadata: { name: 'nspawn' },
      handler: 'nspawn',
      // 0.8 ms a second of idling.
      overhead: { podFixed: { memory: mebibytes[0], cpu: '1m' } },
    });
    expect(qemu).toMatchObject({ overhead: { podFixed: { memory: mebibytes[1], cpu: '21m' } } });
  });

  it('marks an emulated VM, and says what is left without the translation cache', () => {
    expect(classesOf()).toMatch(
      /^# qemu, emulated \(TCG\): not a KVM figure\n# less the translation cache of emulation: memory: "2\d\dMi"$/mu,
    );
    expect(classesOf({ emulated: false })).not.toMatch(/TCG|translation/u);
  });

  it('has a name that Kubernetes takes for any runtime', () => {
    const record = densityRecord({ runtimes: ['qemu'] });
    for (const named of [...record.runtimes, ...record.samples]) {
      if ('id' in named) named.id = 'QEMU:memory=256M,: {x}\nkind: evil';
      else named.runtime = 'QEMU:memory=256M,: {x}\nkind: evil';
    }
    const text = runtimeClasses(planCapacity(record, { hostMemoryBytes: 64 * GIB }));
    expect(parseAllDocuments(text)[0]?.toJS()).toMatchObject({
      kind: 'RuntimeClass',
      metadata: { name: 'qemu-memory-256m-x-kind-evil' },
    });
  });

  it('says so where there is no plan, and where there is no interval', () => {
    expect(classesOf({ steps: [3] })).toBe(
      '# nspawn: no plan, one step does not tell what one more instance costs\n---\n' +
        '# qemu: no plan, one step does not tell what one more instance costs',
    );
    expect(classesOf({ steps: [1, 2] })).toContain('too few steps for an interval');
  });
});
