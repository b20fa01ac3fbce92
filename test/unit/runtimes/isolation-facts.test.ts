import { describe, expect, it } from 'vitest';
import { capabilityFacts, collectFacts, rightsFacts } from '../../../harness/runtimes/isolation-facts.ts';

describe('capabilities on the host', () => {
  const own = { bounding: ['CHOWN', 'SYS_ADMIN'] };

  it('are all where nothing was given up that twinboot has itself', () => {
    expect(capabilityFacts({ bounding: ['CHOWN', 'SYS_ADMIN', 'BPF'] }, own).capabilities).toBe('all');
  });

  it('are reduced, or none', () => {
    expect(capabilityFacts({ bounding: ['CHOWN'] }, own)).toEqual({
      capabilities: 'reduced',
      heldCapabilities: ['CHOWN'],
    });
    expect(capabilityFacts({ bounding: [] }, own).capabilities).toBe('none');
  });

  it('are absent where they could not be read', () => {
    expect(capabilityFacts({}, own)).toEqual({});
  });
});

describe('rights on the host', () => {
  it('are those that the kernel tells, and no others', () => {
    const own = { bounding: ['CHOWN'] };
    expect(rightsFacts({ user: 1_000_000_000, bounding: [], seccomp: false }, own)).toEqual({
      hostUser: 1_000_000_000,
      capabilities: 'none',
      heldCapabilities: [],
      seccomp: false,
    });
    expect(rightsFacts({}, own)).toEqual({});
  });
});

it('a fact that cannot be read is missing with its reason, and costs no other', () => {
  const { read, missing } = collectFacts();
  expect(read(['devices'], () => 'none')).toBe('none');
  const fail = (): never => {
    throw new Error('it has ended');
  };
  expect(read<string>(['seccomp', 'capabilities'], fail)).toBeUndefined();
  expect(missing).toEqual([
    { fact: 'seccomp', reason: 'it has ended' },
    { fact: 'capabilities', reason: 'it has ended' },
  ]);
});
