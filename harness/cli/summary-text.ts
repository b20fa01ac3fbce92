import { fleetScenariosOf, fleetsOf } from '../../results/fleet/series.ts';
import { markedMetric, markedSubject } from '../../results/marks.ts';
import { questionOf } from '../../results/questions/registry.ts';
import { isLeading, ledgerIn, type RunRecord } from '../../results/record.ts';
import { hostsOfRepeated, noneDuplicatedNote } from '../../results/repeated-services.ts';
import type { Summary } from '../../results/summary.ts';
import { createContext, type Context } from '../../results/tables/context.ts';
import { mediansByMetric, mediansByRuntime, pairsOf } from '../../results/tables/medians.ts';
import type { Table } from '../../results/tables/table.ts';
import { waitedForNotes } from '../../results/waited-for.ts';
import { fleetText } from './fleet-text.ts';
import { tableFootnotes, tableLines } from './table.ts';

/** More runtimes than fit beside each other with their ratios get a line each. */
const MOST_COLUMNS = 3;
/** Figures beside each other, of runtimes below each other. */
const MOST_FIGURES = 8;

/** The table at the end of a run, and those of the fleets that it measured. */
export function summaryText(record: RunRecord, summary: Summary): string {
  const blocks = [[...medians(record, summary), ...failures(summary)].join('\n'), fleetText(record)];
  return blocks.filter((block) => block !== '').join('\n\n');
}

/** Nothing where the record holds fleets alone, whose figures have tables of their own. */
function medians(record: RunRecord, summary: Summary): string[] {
  const elsewhere = fleetScenariosOf(fleetsOf(record));
  const scenarios = record.scenarios.filter(({ id }) => !elsewhere.has(id));
  if (scenarios.length === 0 && elsewhere.size > 0) return [];
  const tables = mediansTables(createContext({ ...record, scenarios }, summary));
  return [
    ...tables.flatMap((table, index) => [...(index === 0 ? [] : ['']), ...tableLines(table)]),
    ...tableFootnotes(tables),
    ...noneDuplicated(record),
    ...waitedForNotes(record).map(
      (note) => `${markedSubject(note.runtime, note)}: ${markedMetric(note.text, note)}`,
    ),
  ];
}

/** Of many runtimes a line each, with the figures that tell them apart; everything else is in the report. */
function mediansTables(context: Context): Table[] {
  const { record, summary, runtimes } = context;
  const leading = record.scenarios.map((scenario) =>
    scenario.metrics.filter(isLeading).map((metric) => ({ scenario, metric })),
  );
  if (runtimes.length > MOST_COLUMNS) {
    const inBrief = leading.map((metrics) =>
      metrics.filter(({ scenario, metric }) => questionOf(scenario.id).inBrief?.includes(metric.id)),
    );
    return packed(inBrief).map((metrics) => mediansByRuntime(context, metrics, 'Medians'));
  }
  const measured = new Set(summary.metrics.filter(({ n }) => n > 0).map(({ metric }) => metric));
  const shown = leading.flat().filter(({ metric }) => measured.has(metric.id));
  return [mediansByMetric(context, shown, runtimes, pairsOf(runtimes))];
}

/** What fits beside each other, a scenario's figures together: as few groups as hold them in their order. */
function packed<Figure>(ofScenarios: readonly (readonly Figure[])[]): Figure[][] {
  const groups: Figure[][] = [];
  for (const figures of ofScenarios) {
    const last = groups.at(-1);
    if (last !== undefined && last.length + figures.length <= MOST_FIGURES) last.push(...figures);
    else groups.push([...figures]);
  }
  return groups;
}

function noneDuplicated({ samples }: RunRecord): string[] {
  const ledgers = samples.flatMap(({ phase, details }) =>
    phase === 'measured' ? [ledgerIn(details)?.services ?? []] : [],
  );
  return [noneDuplicatedNote(hostsOfRepeated(ledgers)) ?? []].flat();
}

function failures(summary: Summary): string[] {
  return summary.boots
    .filter(({ failed }) => failed > 0)
    .map(
      ({ runtime, begun, failed }) =>
        `! ${runtime}: ${failed} of ${begun} boots failed; the report has their consoles`,
    );
}
