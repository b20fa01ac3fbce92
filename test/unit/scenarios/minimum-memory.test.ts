import { expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import { minimumMemoryIn, type MinimumMemory } from '../../../results/fleet/minimum-memory.ts';
import type { MinimumMemoryReading } from '../../../harness/contract/fleet-readings.ts';
import type { Circumstances, Measured } from '../../../harness/contract/scenario.ts';
import { minimumMemory } from '../../../scenarios/minimum-memory.ts';
import { notRead } from '../../fixtures/guest/artifacts.ts';

const circumstances: Circumstances = { kind: 'vm', memoryBytes: 512 * MIB, onHost: () => 'unknown' };

const measure = (reading: MinimumMemoryReading): Measured =>
  minimumMemory.measure({ 'minimum-memory': reading }, circumstances, notRead);

const found: MinimumMemory = {
  trials: [
    { memoryBytes: 512 * MIB, outcome: 'ready', readyMs: 400 },
    { memoryBytes: 45 * MIB, outcome: 'failed', reason: 'the kernel panicked' },
    { memoryBytes: 152 * MIB, outcome: 'ready', readyMs: 700 },
  ],
  deadlineMs: 10_000,
  resolutionBytes: 7.6 * MIB,
};

it('is the smallest that got ready, with every trial in its details', () => {
  const { values, details } = measure({ ...found, smallestBytes: 152 * MIB });
  expect(values).toEqual({ 'minimum-memory.limit': 152 * MIB });
  expect(minimumMemoryIn(details)).toEqual(found);
  expect(details).not.toHaveProperty('smallestBytes');
});

it('has no figure where not even the memory of the run was enough, and says why', () => {
  const trials: MinimumMemory['trials'] = [
    { memoryBytes: 512 * MIB, outcome: 'too-slow', reason: 'not ready within 180 s' },
  ];
  const { values, missing } = measure({ ...found, trials, smallestBytes: undefined });
  expect(values).toEqual({});
  expect(missing).toEqual({ 'minimum-memory.limit': 'not ready within 180 s' });
});
