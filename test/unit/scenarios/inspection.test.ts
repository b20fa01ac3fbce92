import { expect, it } from 'vitest';
import type { InspectionReading } from '../../../harness/contract/artifacts.ts';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import { inspection } from '../../../scenarios/inspection.ts';
import { capturedArtifacts, notRead } from '../../fixtures/guest/artifacts.ts';

function measure(reading: InspectionReading): Measured {
  const circumstances = { kind: 'vm', memoryBytes: 2 ** 29, onHost: () => 'unknown' as const } as const;
  return measureScenario(inspection, { inspection: reading }, circumstances, notRead);
}

it('is the median of each way on the host, beside the boot of the same round', () => {
  const { values, missing } = measure(capturedArtifacts('qemu').inspection);
  expect(values).toEqual({
    'inspection.instance': 650,
    'inspection.loop-mount': 50,
    'inspection.times-loop-mount': 13,
  });
  expect(missing).toEqual({ 'inspection.debugfs': 'debugfs is not installed' });
});

it('without a loop device has no ratio either, and says the same of both', () => {
  const { ways, ...rest } = capturedArtifacts('qemu').inspection;
  const reason = 'this host has no free loop device';
  const { values, missing } = measure({
    ...rest,
    ways: { ...ways, 'loop-mount': { reason }, debugfs: { timesMs: [8] } },
  });
  expect(values).toEqual({ 'inspection.instance': 650, 'inspection.debugfs': 8 });
  expect(missing).toEqual({ 'inspection.loop-mount': reason, 'inspection.times-loop-mount': reason });
});
