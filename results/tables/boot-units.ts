import { plainLine } from '../../core/text.ts';
import { formatMs } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { unitTimesIn, type UnitTime } from '../unit-times.ts';
import { leadRung, type Context } from './context.ts';
import { measuredBoots, middleBoot } from './middle-boot.ts';
import { marksOver, runtimesOf, shortName, type RuntimeView } from './runtimes.ts';
import { cell, column, numeric, type Cell, type Table } from './table.ts';

/** When the units of one boot of each runtime started. */
export interface BootUnits {
  scenario: string;
  title: string;
  /** The rung whose median chose the boots. */
  lead: string;
  boots: UnitsOfBoot[];
}

export interface UnitsOfBoot {
  runtime: RuntimeView;
  round: number;
  /** How many boots it was chosen from. */
  n: number;
  /** In the order of their start; names are plain text. */
  units: UnitTime[];
}

/** Of each scenario with a ladder whose samples hold the times of units; no entry where none does. */
export function bootUnitsOf({ record, runtimes }: Context): BootUnits[] {
  return record.scenarios.flatMap((scenario) => {
    const lead = leadRung(scenario);
    if (lead === undefined) return [];
    const boots = runtimes.flatMap((runtime) => {
      const timed = measuredBoots(record, scenario.id, runtime.id).flatMap(({ round, values, details }) => {
        const leadMs = values.find(({ metric }) => metric === lead.id)?.value;
        return leadMs === undefined || details.units === undefined ? [] : [{ round, leadMs, details }];
      });
      const middle = middleBoot(timed, ({ leadMs }) => leadMs);
      const units = middle && unitTimesIn(middle.details);
      if (middle === undefined || units === undefined || units.length === 0) return [];
      return [{ runtime, round: middle.round, n: timed.length, units: inOrder(units) }];
    });
    if (boots.length === 0) return [];
    const title = plainLine(scenario.title, 60);
    return [{ scenario: scenario.id, title, lead: plainLine(lead.title, 40), boots }];
  });
}

function inOrder(units: readonly UnitTime[]): UnitTime[] {
  return units
    .map((unit) => ({ ...unit, unit: plainLine(unit.unit, 80) }))
    .sort((a, b) => a.startMs - b.startMs || (a.doneMs ?? Infinity) - (b.doneMs ?? Infinity));
}

/** How long the start of a unit took; `undefined` where it was not over. */
export function startDuration({ startMs, doneMs }: UnitTime): number | undefined {
  return doneMs === undefined ? undefined : doneMs - startMs;
}

/** `120 ms from 54.0 ms on` */
export function unitTimeText(unit: UnitTime): string {
  const duration = startDuration(unit);
  return `${duration === undefined ? 'not over,' : formatMs(duration)} from ${formatMs(unit.startMs)} on`;
}

/** A record may hold more than a page can. */
const MOST_ROWS = 200;

/** Every unit, the runtimes beside each other, in the order in which they start in the first that has them. */
export function bootUnitsTable({ boots }: BootUnits): Table {
  const names = [...new Set(boots.flatMap(({ units }) => units.map(({ unit }) => unit)))];
  const left = names.length - MOST_ROWS;
  return {
    caption:
      'How long the start of each unit took, and from when on since PID 1 began' +
      (left > 0 ? `; ${left} more are in the record` : ''),
    ...marksOver(runtimesOf(boots), 'all'),
    columns: [column('Unit'), ...boots.map(({ runtime }) => numeric(shortName(runtime)))],
    rows: names
      .slice(0, MOST_ROWS)
      .map((name) => [
        cell(name),
        ...boots.map(({ units }) => unitCell(units.find(({ unit }) => unit === name))),
      ]),
  };
}

function unitCell(unit: UnitTime | undefined): Cell {
  if (unit === undefined) return cell(NOTHING);
  return cell(unitTimeText(unit), unit.critical ? 'on the critical chain' : undefined);
}
