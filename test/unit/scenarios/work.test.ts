import { describe, expect, it } from 'vitest';
import type { WorkReading } from '../../../harness/contract/artifacts.ts';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import { noWork, type WorkFigures } from '../../../harness/parse/work.ts';
import { work } from '../../../scenarios/work.ts';
import { capturedWork, notRead } from '../../fixtures/guest/artifacts.ts';

function measure(reading: WorkReading): Measured {
  const circumstances = { kind: 'container', memoryBytes: 2 ** 29, onHost: () => 'unknown' } as const;
  return measureScenario(work, { work: reading }, circumstances, notRead);
}

const perl = (figures: WorkFigures, version: string): WorkFigures => ({ ...figures, perl: version });

describe('work', () => {
  it('is the median of the batches, over that of the host in the same round', () => {
    const { values } = measure({ inside: capturedWork('refused'), host: capturedWork('host') });
    expect(values['work.system-call']).toBe(173.1);
    expect(values['slowdown.system-call']).toBeCloseTo(173.1 / (values['host.system-call'] ?? 0), 9);
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

  it('of the CPU is not held against a loop of another perl', () => {
    const { values, missing } = measure({
      inside: perl(capturedWork('host'), '5.40.1'),
      host: perl(capturedWork('host'), '5.36.0'),
    });
    expect(missing).toEqual({ 'slowdown.cpu': 'perl is 5.40.1 in the image and 5.36.0 on the host' });
    expect(values['work.cpu']).toBe(values['host.cpu']);
    expect(values['slowdown.page-fault']).toBe(1);
  });
});
