import { criticalChain, doneStarting, unitNamed, type UnitReport } from '../harness/parse/units.ts';
import type { UnitTime } from '../results/unit-times.ts';
import { AGENT_UNIT } from './agent-unit.ts';

/**
 * When each unit that is known started, those on the critical chain marked: of the image's units whose start began
 * before multi-user.target was active, or of all where it never was. `undefined` where the manager did not say when it
 * began itself.
 */
export function unitTimes(report: UnitReport): UnitTime[] | undefined {
  const { userspaceMs } = report.manager;
  if (userspaceMs === undefined) return undefined;
  const endMs = unitNamed(report, 'multi-user.target')?.activeMs ?? Infinity;
  const chain = new Set(criticalChain(report, 'multi-user.target'));
  const sinceInit = (ms: number): number => Math.round((ms - userspaceMs) * 1000) / 1000;
  return [...report.units.values()].flatMap((unit) => {
    const { id, startedMs } = unit;
    if (id === AGENT_UNIT || startedMs === undefined || startedMs < userspaceMs || startedMs > endMs)
      return [];
    const doneMs = doneStarting(unit);
    return [
      {
        unit: id,
        startMs: sinceInit(startedMs),
        ...(doneMs === undefined ? {} : { doneMs: sinceInit(doneMs) }),
        ...(chain.has(id) ? { critical: true as const } : {}),
      },
    ];
  });
}
