import { plainLine } from '../../../core/text.ts';
import type { History } from '../../../results/history/history.ts';
import { dayOf, evidenceOf, methodText } from '../../../results/history/change-text.ts';
import { historyTable } from '../../../results/tables/history.ts';
import { tableFootnotes, tableLines } from '../table.ts';

/** The history for people: a block for each runtime and environment, then what the changes fall together with. */
export function historyText(history: History): string {
  const table = historyTable(history.series);
  return [
    spanLines(history),
    history.series.length === 0 ? ['no run has a value of these metrics'] : tableLines(table),
    changeLines(history),
    history.leftOut.map(({ path, reason }) => `! left out ${path}: ${reason}`),
    [methodText(history), ...tableFootnotes([table])],
  ]
    .filter((block) => block.length > 0)
    .map((block) => block.join('\n'))
    .join('\n\n');
}

function spanLines({ records }: History): string[] {
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return [];
  const days = [...new Set([first, last].map(({ startedAt }) => dayOf(startedAt)))].join(' to ');
  return [`${records.length} run${records.length === 1 ? '' : 's'}, ${days}`];
}

/** Each pair of records once, with the series that changed between them. */
function changeLines({ series }: History): string[] {
  const places = new Map<string, string[]>();
  for (const entry of series) {
    for (const change of entry.finding.changes) {
      const evidence = evidenceOf(entry, change);
      const name = `${plainLine(entry.metric)} of ${entry.subject}`;
      places.set(evidence, [...(places.get(evidence) ?? []), name]);
    }
  }
  if (places.size === 0) return [];
  return [
    'Where it changed',
    ...[...places].map(([evidence, names]) => `  ${evidence}\n    ${names.join(', ')}`),
  ];
}
