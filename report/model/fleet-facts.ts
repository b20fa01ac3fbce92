import { formatBytes, formatMs } from '../../core/units.ts';
import { plainLine } from '../../core/text.ts';
import { formatList } from '../../core/words.ts';
import { groupBy } from '../../core/group-by.ts';
import type { FleetPlan } from '../../results/record.ts';
import type { Context } from '../../results/tables/context.ts';
import type { Fact } from './facts.ts';
import type { FleetFindings } from '../../results/tables/fleet.ts';
import { byRound } from '../../results/samples.ts';

/** How the figures of fleets were come by; nothing where the run measured none. */
export function fleetFacts(fleet: FleetFindings, context: Context): Fact[] {
  const { density, storm, minimumMemory } = fleet;
  const { plan } = context.record;
  return [
    ...(plan.fleet === undefined ? [] : [seriesFact(plan.fleet, fleet, context)]),
    ...(density.length > 0 ? [densityFact(plan.fleet?.parallel ?? 1)] : []),
    ...(storm.length > 0 ? [stormFact] : []),
    ...minimumMemoryFacts(minimumMemory),
  ];
}

/** More runtimes or series than these are not listed. */
const MOST_LISTED = 4;

function seriesFact(
  { series }: FleetPlan,
  { scenarios }: FleetFindings,
  { record, runtimes }: Context,
): Fact {
  const { seed, rounds } = record.plan;
  const orders = [...scenarios].map((scenario) => ({ scenario, turns: turnsOf(record, scenario) }));
  const isShort = runtimes.length <= MOST_LISTED && orders.every(({ turns }) => turns.length <= MOST_LISTED);
  const nameOf = (id: string): string => runtimes.find((runtime) => runtime.id === id)?.name ?? id;
  const listed = orders.map(
    ({ scenario, turns }) =>
      `${scenario}: ${turns.map((turn) => turn.map(nameOf).join(', ')).join('; then ')}`,
  );
  const order = isShort && listed.length > 0 ? `: ${listed.join('. ')}` : ', which the record keeps';
  return {
    term: 'Series',
    text: plainLine(
      `${series} series of each runtime${rounds > 0 ? ', after all single boots' : ''}. A series is a fleet of one runtime ` +
        `from its first boot to its end. The runtimes took turns in an order drawn with seed ${seed}${order}. ` +
        (runtimes.length > 1
          ? driftText(
              series,
              orders.map(({ turns }) => turns),
            )
          : MIDDLE),
      1000,
    ),
  };
}

const MIDDLE = 'Of several series the one with the middle figure is told.';

/** What the order does to a host that drifts, by what was done. */
function driftText(series: number, orders: readonly string[][][]): string {
  if (series <= 1)
    return 'What drifts on the host between them is not told from what differs between runtimes: --series 2 goes back the other way.';
  return orders.length > 0 && orders.every(isBalanced)
    ? `Each was as early as late on average, so that what drifts in a line hits all alike. ${MIDDLE}`
    : `One was earlier than another on average, so that what drifts on the host does not hit all quite alike. ${MIDDLE}`;
}

/** Of a scenario: the runtimes of each series, in the order in which they were measured. */
function turnsOf({ samples }: Context['record'], scenario: string): string[][] {
  const mine = samples.filter((sample) => sample.scenario === scenario && sample.phase === 'measured');
  return groupBy(mine.sort(byRound), ({ round }) => String(round)).map((turn) =>
    turn.map(({ runtime }) => runtime),
  );
}

/** Whether each runtime has the same places in all, added up over the series. */
function isBalanced(turns: readonly string[][]): boolean {
  const sums = new Map<string, number>();
  for (const turn of turns)
    for (const [place, runtime] of turn.entries()) sums.set(runtime, (sums.get(runtime) ?? 0) + place);
  return new Set(sums.values()).size <= 1 && new Set(turns.map((turn) => turn.length)).size <= 1;
}

/** `parallel`: how many boot at a time. */
function densityFact(parallel: number): Fact {
  const booted = parallel > 1 ? `booted, ${parallel} at a time,` : 'booted one after the other';
  return {
    term: 'Density',
    text:
      `Instances of one runtime are ${booted} and kept alive; at each step, once they have settled, everything is read ` +
      'over all of them. What one more costs is the slope of a straight line through the steps (Theil–Sen: the median ' +
      'of the slopes of all pairs of steps). Its 95 % interval reaches over Sen’s, which holds where readings scatter ' +
      'independently, and Student’s of the increments, which holds where they add up; it takes five steps. Instances ' +
      'that were lost are listed, and the next step starts others in their place. The charge is that of all control ' +
      'groups of the instances; the fall of MemAvailable is the host’s, and other processes’ noise is in it.',
  };
}

const stormFact: Fact = {
  term: 'Boot storm',
  text: 'All instances of a burst are started at once. Each one’s time runs from its own t0 to its ready; until all are ready, from the first t0. Boots per second: instances that got ready over that time.',
};

function minimumMemoryFacts(minimumMemory: FleetFindings['minimumMemory']): Fact[] {
  const [first] = minimumMemory;
  if (first === undefined) return [];
  const each = minimumMemory.map(
    ({ runtime, details }) =>
      `${runtime.name}: down to ${formatBytes(details.resolutionBytes)}, ready within ${formatMs(details.deadlineMs)}`,
  );
  return [
    {
      term: 'Minimum memory',
      text: `By bisection: the range between an amount that was too small and one that was enough is halved until it is narrow (${formatList(each)}). One boot decides each amount, so chance has a say near the limit.`,
    },
  ];
}
