import { formatBytes, formatMs } from '../../core/units.ts';
import { formatList } from '../../core/words.ts';
import type { FleetPlan } from '../../results/record.ts';
import type { Fact } from './facts.ts';
import type { FleetFindings } from '../../results/tables/fleet.ts';

/** How the figures of fleets were come by; nothing where the run measured none. */
export function fleetFacts({ density, storm, minimumMemory }: FleetFindings, plan?: FleetPlan): Fact[] {
  return [
    ...(density.length > 0 ? [densityFact(plan?.parallel ?? 1)] : []),
    ...(storm.length > 0 ? [stormFact] : []),
    ...minimumMemoryFacts(minimumMemory),
  ];
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
