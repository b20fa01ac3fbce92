import { plainLine } from '../../core/text.ts';
import { formatMs } from '../../core/units.ts';
import { NOTHING } from '../../core/words.ts';
import { fidelityDetailsSchema, type FidelityDetails } from '../exposure/fidelity.ts';
import type { Context } from './context.ts';
import { columnsOf, firstDetails, shortText, type Found } from './exposure-details.ts';
import { marksOver, runtimeCell, runtimesOf, timeHeading } from './runtimes.ts';
import { cell, column, numeric, orNothing, type Cell, type SectionTable } from './table.ts';

/** What did not start, where that differs between the runtimes, and what each boot waited for. */
export function fidelityTables(context: Context): SectionTable[] {
  const found = firstDetails(context, 'fidelity', fidelityDetailsSchema);
  return found.length === 0 ? [] : [unitTable(found), ...chainTables(found)];
}

function unitTable(found: readonly Found<FidelityDetails>[]): SectionTable {
  const units = [
    ...new Set(
      found.flatMap(({ details }) => [...details.failed, ...details.skipped.map(({ unit }) => unit)]),
    ),
  ].sort();
  const boots = (textOf: (details: FidelityDetails) => string): Cell[] =>
    found.map(({ details }) => cell(textOf(details)));
  const rows = units.map((unit) =>
    rowOf(
      plainLine(unit, 80),
      boots((details) => unitText(unit, details)),
    ),
  );
  return {
    scenario: 'fidelity',
    title: 'What did not start',
    text:
      'Units that failed, and units that a condition of theirs kept from starting, with the condition where it is known; those ' +
      'that differ between the runtimes first.',
    table: {
      caption: 'Units that failed or were skipped',
      columns: columnsOf('Unit', found),
      rows: [
        [cell('System state'), ...boots(({ state }) => shortText(state))],
        [cell('Lines of errors in the journal'), ...boots(journalText)],
        ...rows.filter(isDiffering),
        ...rows.filter((row) => !isDiffering(row)),
      ],
    },
  };
}

function rowOf(name: string, cells: readonly Cell[]): Cell[] {
  return [cell(name, areAlike(cells) ? undefined : 'differs'), ...cells];
}

const isDiffering = ([, ...cells]: readonly Cell[]): boolean => !areAlike(cells);
const areAlike = (cells: readonly Cell[]): boolean => new Set(cells.map(({ text }) => text)).size < 2;

function journalText({ journal }: FidelityDetails): string {
  if (journal === undefined) return 'no journal';
  const [first] = journal;
  return first === undefined ? 'none' : `${journal.length}: ${shortText(first)}`;
}

function unitText(unit: string, { failed, skipped }: FidelityDetails): string {
  if (failed.includes(unit)) return 'failed';
  const found = skipped.find((one) => one.unit === unit);
  if (found === undefined) return NOTHING;
  return found.conditions.length === 0
    ? 'skipped'
    : `skipped: ${plainLine(found.conditions.join(', '), 100)}`;
}

/** The chain is longer in no distribution that boots; a guest can say anything. */
const MOST_LINKS = 20;

function chainTables(found: readonly Found<FidelityDetails>[]): SectionTable[] {
  const told = found.filter(({ details }) => details.chain.length > 0);
  if (told.length === 0) return [];
  return [
    {
      scenario: 'fidelity',
      title: 'What the boot waited for',
      text:
        'The critical chain of systemd-analyze(1), from what was reached last to what began; times from the start of process 1, ' +
        'by the instance’s own clock.',
      table: {
        caption: 'The critical chain',
        ...marksOver(runtimesOf(told), 'some'),
        columns: [
          column('Runtime'),
          column('Unit'),
          numeric(timeHeading('Active after', runtimesOf(told))),
          numeric(timeHeading('Start took', runtimesOf(told))),
        ],
        rows: told.flatMap(({ runtime, details }) =>
          details.chain
            .slice(0, MOST_LINKS)
            .map(({ unit, activeMs, tookMs }, index) => [
              index === 0 ? runtimeCell(runtime) : cell(''),
              cell(plainLine(unit, 80)),
              orNothing(activeMs, formatMs),
              orNothing(tookMs, formatMs),
            ]),
        ),
      },
    },
  ];
}
