import { describe, expect, it } from 'vitest';
import type { RuntimeKind } from '../../../results/record.ts';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import { detectionDetailsSchema, type DetectionDetails } from '../../../results/exposure/detection.ts';
import { detection } from '../../../scenarios/detection.ts';
import { capturedArtifacts, capturedWithout, notRead } from '../../fixtures/guest/artifacts.ts';

function measure(kind: RuntimeKind, said?: Record<string, string>): Measured {
  const artifacts = capturedArtifacts(kind === 'vm' ? 'qemu' : 'nspawn');
  if (said !== undefined) artifacts.detection = { said: new Map(Object.entries(said)), hostChanges: [] };
  return measureScenario(detection, artifacts, { kind, memoryBytes: 1, onHost: () => 'unknown' }, notRead);
}

function rowOf({ details }: Measured, method: string): DetectionDetails['methods'][number] | undefined {
  return detectionDetailsSchema.parse(details).methods.find((row) => row.method === method);
}

describe('detection', () => {
  it('of the captured nspawn: named by its manager; what looks at the machine names the host’s hypervisor', () => {
    const measured = measure('container');
    expect(rowOf(measured, 'detect-virt-container')).toMatchObject({
      said: 'systemd-nspawn',
      verdict: 'right',
    });
    expect(rowOf(measured, 'environment')).toMatchObject({ said: 'systemd-nspawn', verdict: 'right' });
    expect(rowOf(measured, 'processor')?.verdict).toBe('wrong');
    expect(rowOf(measured, 'pid-namespace')?.verdict).toBe('right');
    expect(measured.details.tellsPidNamespace).toBe(true);
    const { values } = measured;
    expect(
      (values['detection.methods-right'] ?? 0) +
        (values['detection.methods-wrong'] ?? 0) +
        (values['detection.methods-silent'] ?? 0),
    ).toBe(18);
  });

  it.each<[RuntimeKind, string, string, string]>([
    ['container', 'detect-virt-vm', 'none', 'nothing'],
    ['container', 'manager', 'kvm', 'wrong'],
    ['container', 'manager', 'lxc', 'right'],
    ['vm', 'manager', 'qemu', 'right'],
    ['vm', 'detect-virt-container', 'none', 'nothing'],
    ['vm', 'detect-virt-container', 'lxc', 'wrong'],
    ['container', 'cgroup', '0::/machine.slice/x.scope/init.scope', 'right'],
    ['container', 'cgroup', '9:name=systemd:/init.scope 8:pids:/ 0::/init.scope', 'nothing'],
    ['vm', 'cgroup', '0::/init.scope', 'nothing'],
    ['container', 'scheduler', 'systemd (4711, #threads: 1)', 'right'],
    ['container', 'scheduler', 'systemd (1, #threads: 1)', 'nothing'],
    ['container', 'pid-namespace', 'pid:[4026531836]', 'wrong'],
    ['vm', 'pid-namespace', 'pid:[4026531836]', 'right'],
    ['vm', 'second-process', 'kthreadd', 'right'],
    ['container', 'second-process', '', 'right'],
    ['vm', 'dmi', 'QEMU Standard PC', 'right'],
    ['container', 'dmi', 'Dell Inc. PowerEdge', 'nothing'],
    ['container', 'dockerenv', 'present', 'right'],
    ['vm', 'kernel-log', 'Hypervisor detected: KVM', 'right'],
    ['vm', 'kernel-log', 'paravirtualized kernel on bare hardware', 'wrong'],
    ['container', 'kernel-log', 'paravirtualized kernel on bare hardware', 'nothing'],
    ['container', 'kernel-log', 'Hypervisor detected: KVM', 'wrong'],
  ])('in a %s, %s saying "%s": %s', (kind, method, said, verdict) => {
    expect(rowOf(measure(kind, { [method]: said }), method)?.verdict).toBe(verdict);
  });

  it('conditions of the image’s own units tell', () => {
    const artifacts = capturedArtifacts('nspawn');
    artifacts.units.failedConditions = new Map([['a.service', ['ConditionVirtualization=!container']]]);
    const circumstances = { kind: 'container' as const, memoryBytes: 1, onHost: () => 'unknown' as const };
    const right = measureScenario(detection, artifacts, circumstances, notRead);
    expect(rowOf(right, 'conditions')?.verdict).toBe('right');
    artifacts.units.failedConditions = new Map();
    expect(rowOf(measureScenario(detection, artifacts, circumstances, notRead), 'conditions')?.verdict).toBe(
      'nothing',
    );
  });

  it('without its artifact every metric has the reason', () => {
    const circumstances = { kind: 'vm' as const, memoryBytes: 1, onHost: () => 'unknown' as const };
    const { missing } = measureScenario(
      detection,
      capturedWithout('qemu', 'detection'),
      circumstances,
      notRead,
    );
    expect(new Set(Object.values(missing))).toEqual(new Set(['detection was not read']));
  });
});
