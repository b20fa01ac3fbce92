import { noneDuplicatedOf } from '../../results/fleet/bill.ts';
import { billTable } from '../../results/tables/bill.ts';
import { densityTable, limitsTable, lostTable, sharingTable } from '../../results/tables/density.ts';
import type { FleetFindings } from '../../results/tables/fleet.ts';
import { minimumMemoryTable } from '../../results/tables/minimum-memory.ts';
import { stormTable } from '../../results/tables/storm.ts';
import type { SectionTable, Table } from '../../results/tables/table.ts';

/** Where medians over rounds would say nothing: one series has a slope with an interval of its own. */
export function fleetHeadlines({ density, storm, minimumMemory }: FleetFindings): Table[] {
  return [
    ...(density.length > 0 ? [densityTable(density)] : []),
    ...(storm.length > 0 ? [stormTable(storm, 'largest')] : []),
    ...(minimumMemory.length > 0 ? [minimumMemoryTable(minimumMemory)] : []),
  ];
}

/** What the sections of fleets show beside their charts. */
export function fleetTables({ bill, sharing, density }: FleetFindings): SectionTable[] {
  return [
    ...section('The bill for services that every instance repeats', billText(bill), bill && billTable(bill)),
    ...sharing.flatMap((group) =>
      section(
        `Sharing between instances of ${group.technology}`,
        `What each variant changes against ${group.plain.runtime.name}. Where both sides have an interval, that of their difference adds the two at their worst, so it is wider than 95 % asks for. ` +
          'The fall of MemAvailable also sees what no control group is charged for, and what other processes do meanwhile.',
        sharingTable(group),
      ),
    ),
    ...section(
      'Instances that were lost',
      'They failed to boot or ended by themselves, and were not replaced.',
      lostTable(density),
    ),
    ...section(
      'Limits of this host that a fleet runs into',
      'How many instances each limit leaves room for, if nothing else ran out before.',
      limitsTable(density),
    ),
  ];
}

function section(title: string, text: string, table: Table | undefined): SectionTable[] {
  return table === undefined ? [] : [{ scenario: 'density', title, text, table }];
}

function billText(found: FleetFindings['bill']): string {
  if (found === undefined) return '';
  const noneDuplicated = noneDuplicatedOf(found.bill);
  return (
    'Anonymous memory (PSS) of each service, read inside the instances: what one more instance pays, by slope over the steps, and what that makes for many. ' +
    'Not in it: pages of programs and libraries, which containers of one image share and each VM keeps in a page cache of its own; and what the host merges again (KSM). ' +
    `Figures with an asterisk are extrapolated beyond what was measured: ${found.bill.runtimes.map(({ name, measured }) => `${name} up to ${measured}`).join(', ')}.` +
    (noneDuplicated === undefined ? '' : ` ${noneDuplicated}`)
  );
}
