import { expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import { minimumMemoryIn, type MinimumMemory } from '../../../results/fleet/minimum-memory.ts';
import type { Circumstances } from '../../../harness/contract/scenario.ts';
import { minimumMemory } from '../../../scenarios/minimum-memory.ts';

const circumstances: Circumstances = { kind: 'vm', memoryBytes: 512 * MIB, onHost: () => 'unknown' };

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
  const { values, details } = minimumMemory.measure({ ...found, smallestBytes: 152 * MIB }, circumstances);
  expect(values).toEqual({ 'minimum-memory.limit': 152 * MIB });
  expect(minimumMemoryIn(details)).toEqual(found);
  expect(details).not.toHaveProperty('smallestBytes');
});

it('has no figure where not even the memory of the run was enough, and says why', () => {
  const trials: MinimumMemory['trials'] = [
    { memoryBytes: 512 * MIB, outcome: 'too-slow', reason: 'not ready within 180 s' },
  ];
  const { values, missing } = minimumMemory.measure(
    { ...found, trials, smallestBytes: undefined },
    circumstances,
  );
  expect(values).toEqual({});
  expect(missing).toEqual({ 'minimum-memory.limit': 'not ready within 180 s' });
});
