import { describe, expect, it } from 'vitest';
import type { ContentionReading, ContentionRound } from '../../../harness/contract/fleet-readings.ts';
import { measureScenario, type Measured } from '../../../harness/contract/scenario.ts';
import { operations, type OperationTimes, type WorkFigures } from '../../../harness/parse/work.ts';
import { contention } from '../../../scenarios/contention.ts';
import { notRead } from '../../fixtures/guest/artifacts.ts';

function measure(reading?: ContentionReading): Measured {
  const circumstances = { kind: 'vm' as const, memoryBytes: 2 ** 29, onHost: () => 'unknown' as const };
  const readings = reading === undefined ? {} : { contention: reading };
  return measureScenario(contention, readings, circumstances, notRead);
}

/** Every operation takes as long, but for those that are given. */
function works(ns: number[], others: Partial<WorkFigures['times']> = {}): WorkFigures {
  const times = Object.fromEntries(operations.map((operation) => [operation, { batchesNs: ns }]));
  return {
    perl: '5.40.1',
    times: { ...times, ...others } as Record<(typeof operations)[number], OperationTimes>,
  };
}

const cpu: ContentionRound = {
  stressor: 'cpu',
  quiet: [works([90, 110]), works([100, 100])],
  stressed: works([150, 250]),
  done: { rounds: 7, ended: 1 },
  stressorCpus: 1.9,
};

describe('contention', () => {
  it('is the time of all batches beside a stressor over that before and after it', () => {
    const { values } = measure({ rounds: [cpu] });
    expect(values['beside-cpu.fsync']).toBe(2);
    expect(values['contention.cpu']).toBeCloseTo(2, 12);
  });

  it('as a whole is the geometric mean of the operations', () => {
    // 2^(7/8) * 32^(1/8), by hand: 2^(12/8).
    const stressed = works([200], { tcp: { batchesNs: [3200] } });
    const { values } = measure({ rounds: [{ ...cpu, quiet: [works([100])], stressed }] });
    expect(values['contention.cpu']).toBeCloseTo(2 ** 1.5, 12);
  });

  it('without one of the operations has no whole, and says why', () => {
    const stressed = works([200], { tcp: { reason: 'not done within 15 s' } });
    const { values, missing } = measure({ rounds: [{ ...cpu, stressed }] });
    expect(values['beside-cpu.fsync']).toBe(2);
    expect(missing).toMatchObject({
      'contention.cpu': 'not done within 15 s',
      'beside-cpu.tcp': 'not done within 15 s',
    });
  });

  it('of a neighbour that a stressor brings down is missing with its reason, as are those that come after it', () => {
    const reason = 'the neighbour: it ended by itself';
    const { values, missing } = measure({ rounds: [{ stressor: 'cpu', quiet: [works([100])], reason }] });
    expect(values).toEqual({});
    expect(missing).toMatchObject({
      'contention.cpu': reason,
      'beside-cpu.cpu': reason,
      'contention.memory': 'the series ended before it',
    });
  });

  it('of an instance that could not be stopped counts what was measured before', () => {
    const { values } = measure({ rounds: [{ ...cpu, quiet: [works([100])], reason: 'no answer' }] });
    expect(values['contention.cpu']).toBeCloseTo(2, 12);
  });

  it('keeps what the stressors did', () => {
    expect(measure({ rounds: [cpu] }).details).toEqual({
      rounds: [{ stressor: 'cpu', rounds: 7, ended: 1, stressorCpus: 1.9 }],
    });
  });

  it('that could not be read costs every metric, with the reason', () => {
    const { values, missing } = measure();
    expect(values).toEqual({});
    expect(new Set(Object.values(missing))).toEqual(new Set([notRead('contention')]));
  });
});
