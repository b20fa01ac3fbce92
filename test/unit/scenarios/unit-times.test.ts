import { describe, expect, it } from 'vitest';
import { criticalChain, parseUnits, type UnitReport } from '../../../harness/parse/units.ts';
import { unitTimes } from '../../../scenarios/unit-times.ts';
import { capturedArtifacts } from '../../fixtures/guest/artifacts.ts';

/** A unit as `systemctl show` gives it; times in µs of the guest's clock, 0 for never. */
function unit(
  id: string,
  startUs: number,
  activeUs: number,
  after: readonly string[] = [],
  endedUs = 0,
): string[] {
  return [
    `Id=${id}`,
    'LoadState=loaded',
    `InactiveExitTimestampMonotonic=${startUs}`,
    `ActiveEnterTimestampMonotonic=${activeUs}`,
    `InactiveEnterTimestampMonotonic=${endedUs}`,
    `After=${after.join(' ')}`,
    '',
  ];
}

const report = (...units: string[][]): UnitReport =>
  parseUnits(['Id=manager', 'UserspaceTimestampMonotonic=1000000', '', ...units.flat()]);

describe('the critical chain', () => {
  it('goes from unit to unit by what each starts after, to the one that was over last', () => {
    const units = report(
      unit('multi-user.target', 1_900_000, 1_900_000, ['quick.service', 'slow.service', 'basic.target']),
      unit('quick.service', 1_310_000, 1_320_000, ['basic.target']),
      unit('slow.service', 1_310_000, 1_890_000, ['basic.target', 'network.target']),
      unit('basic.target', 1_300_000, 1_300_000, ['early.service']),
      unit('early.service', 1_010_000, 1_290_000),
    );
    expect(criticalChain(units, 'multi-user.target')).toEqual([
      'early.service',
      'basic.target',
      'slow.service',
      'multi-user.target',
    ]);
  });

  it('takes a unit that failed for over when it had failed', () => {
    const units = report(
      unit('multi-user.target', 1_900_000, 1_900_000, ['failed.service', 'quick.service']),
      unit('quick.service', 1_310_000, 1_320_000),
      unit('failed.service', 1_310_000, 0, [], 1_890_000),
    );
    expect(criticalChain(units, 'multi-user.target')).toEqual(['failed.service', 'multi-user.target']);
  });

  it('leaves out what was over only after the unit that names it had started', () => {
    const units = report(
      unit('multi-user.target', 1_500_000, 1_500_000, ['late.service']),
      unit('late.service', 1_400_000, 1_600_000),
    );
    expect(criticalChain(units, 'multi-user.target')).toEqual(['multi-user.target']);
  });

  it('ends where units name each other in a circle', () => {
    const units = report(
      unit('multi-user.target', 1_500_000, 1_500_000, ['a.service']),
      unit('a.service', 1_400_000, 1_400_000, ['b.service']),
      unit('b.service', 1_400_000, 1_400_000, ['a.service']),
    );
    expect(criticalChain(units, 'multi-user.target')).toEqual([
      'b.service',
      'a.service',
      'multi-user.target',
    ]);
  });

  it('is empty where the target never became active', () => {
    expect(criticalChain(report(unit('multi-user.target', 0, 0)), 'multi-user.target')).toEqual([]);
  });
});

describe('the times of units', () => {
  it('run from the moment at which PID 1 began, to the microsecond', () => {
    const units = report(
      unit('multi-user.target', 1_900_000, 1_900_000, ['a.service']),
      unit('a.service', 1_310_001, 1_320_002),
    );
    expect(unitTimes(units)).toEqual([
      { unit: 'multi-user.target', startMs: 900, doneMs: 900, critical: true },
      { unit: 'a.service', startMs: 310.001, doneMs: 320.002, critical: true },
    ]);
  });

  it('are of the boot alone, and not of twinboot’s agent', () => {
    const units = report(
      unit('multi-user.target', 1_900_000, 1_900_000),
      unit('twinboot-agent.service', 1_800_000, 1_810_000),
      unit('later.service', 2_000_000, 2_100_000),
      unit('before.service', 900_000, 910_000),
      unit('never.service', 0, 0),
      unit('stuck.service', 1_500_000, 0),
    );
    expect(unitTimes(units)?.map((time) => time.unit)).toEqual(['multi-user.target', 'stuck.service']);
  });

  it('are absent where the manager did not say when it began', () => {
    expect(unitTimes(parseUnits(unit('a.service', 1, 2)))).toBeUndefined();
  });

  it.each(['nspawn', 'qemu'] as const)(
    'of a captured boot lie between 0 and its multi-user.target: %s',
    (source) => {
      const times = unitTimes(capturedArtifacts(source).units) ?? [];
      const end = times.find(({ unit }) => unit === 'multi-user.target')?.startMs ?? 0;
      expect(times.length).toBeGreaterThan(20);
      for (const { startMs } of times) {
        expect(startMs).toBeGreaterThanOrEqual(0);
        expect(startMs).toBeLessThanOrEqual(end);
      }
    },
  );
});
