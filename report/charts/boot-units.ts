import { plainLine } from '../../core/text.ts';
import { formatMs } from '../../core/units.ts';
import { formatCount } from '../../core/words.ts';
import {
  bootUnitsTable,
  startDuration,
  unitTimeText,
  type BootUnits,
  type UnitsOfBoot,
} from '../../results/tables/boot-units.ts';
import { markOf, runtimesOf, shortName } from '../../results/tables/runtimes.ts';
import type { UnitTime } from '../../results/unit-times.ts';
import { categoryAxis, labelRoom, msAxis } from './axes.ts';
import { scalesOf } from './fleet-look.ts';
import { figureId, withMark } from './labels.ts';
import type { Figure, Json, JsonObject, Panel } from './spec.ts';

/** Of so many units a panel has a row; the others are counted. */
const MOST_ROWS = 25;
const ROW_HEIGHT = 19;

/** When the units of a boot start, a panel for each runtime, all from the moment at which PID 1 begins. */
export function bootUnits(found: BootUnits): Figure {
  const mark = markOf(runtimesOf(found.boots), 'all');
  const shown = found.boots.map((boot) => ({ ...boot, rows: rowsOf(boot) }));
  const scales = scalesOf(shown.map(({ rows }) => Math.max(...rows.map(endOf))));
  return {
    id: figureId(found.scenario, 'units'),
    scenario: found.scenario,
    title: `${found.title}: what PID 1 starts, and what waits for it`,
    caption:
      'Each unit from the start of its start until it was active, or had failed or ended; 0 is when the image’s PID 1 began, ' +
      `in the container and in the VM alike. One boot each, that with the median of “${found.lead}”. On the critical chain ` +
      'each unit waits for the one before it. Services and targets of the boot alone: a gap in the chain is time of a mount, ' +
      'a device, a socket or another target.' +
      scales.note,
    ...withMark(mark),
    layout: 'rows',
    panels: shown.map((boot, index) =>
      panel(boot, { index, end: scales.ends[index] ?? 1, isLast: index === shown.length - 1 }),
    ),
    table: bootUnitsTable(found),
  };
}

/** The chain, then the longest starts, in the order of time. */
function rowsOf({ units }: UnitsOfBoot): UnitTime[] {
  const lengthOf = (unit: UnitTime): number => startDuration(unit) ?? Infinity;
  const first = units
    .toSorted(
      (a, b) => Number(b.critical ?? false) - Number(a.critical ?? false) || lengthOf(b) - lengthOf(a),
    )
    .slice(0, MOST_ROWS);
  return units.filter((unit) => first.includes(unit));
}

const endOf = ({ startMs, doneMs }: UnitTime): number => doneMs ?? startMs;

interface Place {
  index: number;
  /** Where its axis ends, ms. */
  end: number;
  isLast: boolean;
}

function panel(boot: UnitsOfBoot & { rows: UnitTime[] }, { index, end, isLast }: Place): Panel {
  const { runtime, round, n, units, rows } = boot;
  const chain = rows.filter(({ critical }) => critical);
  const height = rows.length * ROW_HEIGHT + (isLast ? 90 : 56);
  return {
    id: `runtime${index}`,
    heading: `${shortName(runtime)} · round ${round}, n = ${n}${foldedText(units, rows)}`,
    alt:
      `Starts of ${formatCount(rows.length, 'unit')} of ${shortName(runtime)} over time; critical chain: ` +
      chain.map((unit) => `${unit.unit} ${unitTimeText(unit)}`).join(', '),
    type: 'bar',
    height,
    narrowHeight: height,
    data: {
      labels: rows.map(({ unit }) => rowLabel(unit)),
      datasets: [
        bars('on the critical chain', '@accent', rows, ({ critical }) => critical === true),
        bars('other units', '@rest1', rows, ({ critical }) => critical !== true),
      ],
    },
    options: {
      indexAxis: 'y',
      layout: labelRoom,
      plugins: { legend: { display: isLast, position: 'bottom' } },
      scales: { x: timeAxis(end), y: categoryAxis },
    },
    plugins: ['connectors', 'outside-labels'],
  };
}

const timeAxis = (end: number): JsonObject => ({
  ...msAxis('since PID 1 began'),
  min: 0,
  max: end * 1.02,
  ticks: { format: 'ms', includeBounds: false },
});

/** What has no row: how many, and that none of it took long. */
function foldedText(units: readonly UnitTime[], rows: readonly UnitTime[]): string {
  const folded = units.filter((unit) => !rows.includes(unit));
  if (folded.length === 0) return '';
  const longestMs = Math.max(...folded.map((unit) => startDuration(unit) ?? 0));
  return ` · ${formatCount(folded.length, 'more unit')} of at most ${formatMs(longestMs)} each`;
}

/** `.service` goes without saying. */
const rowLabel = (unit: string): string => plainLine(unit.replace(/\.service$/u, ''), 40);

/** Bars of the units that are meant, in their rows; one that took no time is still an event, a line. */
function bars(
  label: string,
  color: string,
  rows: readonly UnitTime[],
  isMeant: (unit: UnitTime) => boolean,
): Json {
  const meant = <T extends Json>(of: (unit: UnitTime) => T): (T | null)[] =>
    rows.map((unit) => (isMeant(unit) ? of(unit) : null));
  return {
    label,
    data: meant((unit) => [unit.startMs, endOf(unit)]),
    texts: rows.map((unit) => `${unit.unit}, ${unitTimeText(unit)}`),
    outside: meant((unit) => {
      const duration = startDuration(unit);
      return duration === undefined ? 'not over' : formatMs(duration);
    }),
    side: 'right',
    backgroundColor: color,
    borderWidth: 0,
    grouped: false,
    barThickness: 11,
    minBarLength: 2,
  };
}
