import { expect, it } from 'vitest';
import type { KernelUseReading } from '../../../harness/contract/fleet-readings.ts';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import { attackSurface } from '../../../scenarios/attack-surface.ts';
import { notRead } from '../../fixtures/guest/artifacts.ts';

const NO_TRACER = 'the kernel’s functions cannot be counted: no such file';

function measure(reading: KernelUseReading): Measured {
  const circumstances = { kind: 'vm' as const, memoryBytes: 2 ** 29, onHost: () => 'unknown' as const };
  return measureScenario(attackSurface, { 'kernel-use': reading }, circumstances, notRead);
}

it('counts what is used at least once, booting and idle together, and each alone', () => {
  const { values, missing } = measure({
    idleMs: 10_000,
    calls: {
      boot: new Map([
        ['0', 120],
        ['59', 30],
      ]),
      idle: new Map([
        ['0', 2],
        ['232', 9],
      ]),
    },
    functions: { boot: new Set(['vfs_read']), idle: new Set() },
    missing: {},
  });
  expect(values).toEqual({
    'attack-surface.calls': 3,
    'attack-surface.calls-boot': 2,
    'attack-surface.calls-idle': 2,
    'attack-surface.functions': 1,
    'attack-surface.functions-boot': 1,
    'attack-surface.functions-idle': 0,
  });
  expect(missing).toEqual({});
});

it('names the calls in the record, and a call that x86-64 does not have by its number', () => {
  const calls = {
    boot: new Map([
      ['59', 30],
      ['0', 120],
      ['1000', 1],
    ]),
    idle: new Map<string, number>(),
  };
  expect(measure({ idleMs: 10_000, calls, missing: {} }).details).toEqual({
    idleMs: 10_000,
    calls: { boot: { 1000: 1, execve: 30, read: 120 }, idle: {} },
  });
});

it('is missing with the reason where the host cannot count', () => {
  const calls = { boot: new Map([['0', 1]]), idle: new Map<string, number>() };
  const { values, missing } = measure({ idleMs: 10_000, calls, missing: { functions: NO_TRACER } });
  expect(Object.keys(values)).toEqual([
    'attack-surface.calls',
    'attack-surface.calls-boot',
    'attack-surface.calls-idle',
  ]);
  expect(missing).toEqual({
    'attack-surface.functions': NO_TRACER,
    'attack-surface.functions-boot': NO_TRACER,
    'attack-surface.functions-idle': NO_TRACER,
  });
});
