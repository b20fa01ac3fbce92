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
  const table = mediansTable(createContext({ ...record, scenarios }, summary));
  return [
    ...tableLines(table),
    ...tableFootnotes([table]),
    ...noneDuplicated(record),
    ...waitedForNotes(record).map(
      (note) => `${markedSubject(note.runtime, note)}: ${markedMetric(note.text, note)}`,
    ),
  ];
}

/** Of many runtimes a line each, with the figures that tell them apart; everything else is in the report. */
function mediansTable(context: Context): Table {
  const { record, summary, runtimes } = context;
  const leading = record.scenarios.flatMap((scenario) =>
    scenario.metrics.filter(isLeading).map((metric) => ({ scenario, metric })),
  );
  if (runtimes.length > MOST_COLUMNS) {
    const inBrief = leading.filter(({ scenario, metric }) =>
      questionOf(scenario.id).inBrief?.includes(metric.id),
    );
    return mediansByRuntime(context, inBrief, 'Medians');
  }
  const measured = new Set(summary.metrics.filter(({ n }) => n > 0).map(({ metric }) => metric));
  const shown = leading.filter(({ metric }) => measured.has(metric.id));
  return mediansByMetric(context, shown, runtimes, pairsOf(runtimes));
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
