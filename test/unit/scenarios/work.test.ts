import { describe, expect, it } from 'vitest';
import type { WorkReading } from '../../../harness/contract/artifacts.ts';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import { noWork } from '../../../harness/parse/work.ts';
import { work } from '../../../scenarios/work.ts';
import { capturedWork, notRead } from '../../fixtures/guest/artifacts.ts';

function measure(reading: WorkReading): Measured {
  const circumstances = {
    kind: 'container',
    memoryBytes: 2 ** 29,
    onHost: () => 'unknown' as const,
  } as const;
  return measureScenario(work, { work: reading }, circumstances, notRead);
}

describe('work', () => {
  it('is the quickest of the batches, over that of the host in the same round', () => {
    const { values } = measure({ inside: capturedWork('refused'), host: capturedWork('host') });
    expect(values['work.fork-exec']).toBe(2_278_938.5);
    expect(values['slowdown.fork-exec']).toBeCloseTo(2_278_938.5 / 2_187_588.5, 9);
  });

  it('of a system call and of the disk is their median, of which the quickest says nothing', () => {
    const { values } = measure({ inside: capturedWork('refused'), host: capturedWork('host') });
    expect(values['work.system-call']).toBe(194.8);
    expect(values['host.fsync']).toBe(903_992.2);
  });

  it('that fails inside costs its own figures alone, and the host’s stays', () => {
    const { values, missing } = measure({ inside: capturedWork('refused'), host: capturedWork('host') });
    const reason = 'connect: Network is unreachable';
    expect(missing).toMatchObject({ 'work.tcp': reason, 'slowdown.tcp': reason });
    expect(values['host.tcp']).toBeGreaterThan(0);
    expect(values['work.fork-exec']).toBeGreaterThan(0);
  });

  it('without the host has figures, and no slowdown', () => {
    const reason = 'on the host: perl is not installed';
    const { values, missing } = measure({ inside: capturedWork('host'), host: noWork(reason) });
    expect(values['work.tcp']).toBeGreaterThan(0);
    expect(missing).toMatchObject({ 'host.tcp': reason, 'slowdown.tcp': reason });
  });
});
