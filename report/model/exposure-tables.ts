import type { z } from 'zod';
import { plainLine } from '../../core/text.ts';
import { NOTHING } from '../../core/words.ts';
import {
  detectionDetailsSchema,
  fidelityDetailsSchema,
  isolationDetailsSchema,
  type FidelityDetails,
  type IsolationDetails,
} from '../../results/exposure.ts';
import type { Context } from './context.ts';
import type { SectionTable } from './fleet-tables.ts';
import type { RuntimeView } from './runtimes.ts';
import { cell, type Cell, type Column } from './table.ts';

/** What the sections of isolation, detection and fidelity show: of each runtime its first measured boot. */
export function exposureTables(context: Context): SectionTable[] {
  return [...isolationTables(context), ...detectionTables(context), ...fidelityTables(context)];
}

interface Found<Details> {
  runtime: RuntimeView;
  details: Details;
}

function detailsOf<Schema extends z.ZodType>(
  { record, runtimes }: Context,
  scenario: string,
  schema: Schema,
): Found<z.infer<Schema>>[] {
  return runtimes.flatMap((runtime) => {
    const details = record.samples
      .filter((sample) => sample.scenario === scenario && sample.runtime === runtime.id)
      .filter(({ phase, outcome }) => phase === 'measured' && outcome === 'ok')
      .map((sample) => schema.safeParse(sample.details))
      .find(({ success }) => success)?.data;
    return details === undefined ? [] : [{ runtime, details }];
  });
}

function headOf(first: string, found: readonly Found<unknown>[]): Column[] {
  return [
    { text: first },
    ...found.map(({ runtime }) => ({
      text: runtime.name,
      note: runtime.kind === 'vm' ? 'VM' : 'container',
    })),
  ];
}

/** Guest text can be of any length. */
const said = (text: string): string => (text === '' ? NOTHING : plainLine(text, 120));
const listed = (words: readonly string[], most = 8): string =>
  words.length === 0
    ? 'none'
    : said(words.slice(0, most).join(', ')) + (words.length > most ? ` and ${words.length - most} more` : '');

const FACTS: readonly [string, (details: IsolationDetails) => string][] = [
  ['Kernel', ({ kernel }) => (kernel === 'own' ? 'its own' : 'the host’s')],
  ['Own namespaces', ({ ownNamespaces }) => (ownNamespaces ? listed(ownNamespaces) : NOTHING)],
  ['Root inside is root of the host', ({ isRootOutside }) => yesOrNo(isRootOutside)],
  ['Capabilities', ({ capabilities }) => (capabilities ? String(capabilities.length) : NOTHING)],
  ['No new privileges', ({ noNewPrivileges }) => yesOrNo(noNewPrivileges)],
  ['LSM profile', ({ lsm }) => said(lsm)],
  ['Calls refused', ({ calls }) => (calls ? callsText(calls) : NOTHING)],
  ['Calls that depend on arguments', ({ calls }) => (calls ? listed(calls.depending) : NOTHING)],
  ['Calls that answered otherwise', ({ calls }) => (calls ? differencesText(calls) : NOTHING)],
  [
    'Calls that the VM monitor is refused',
    ({ monitorCalls }) => (monitorCalls ? callsText(monitorCalls) : NOTHING),
  ],
  ['A global sysctl, written back', ({ globalSysctl }) => said(globalSysctl)],
  ['Making a user namespace', ({ userNamespace }) => said(userNamespace)],
  ['Seen of the host', ({ views }) => listed(views)],
  ['Ways out that are open', ({ waysOut }) => listed(waysOut)],
  ['Device nodes that open', ({ devices }) => listed(devices)],
];

function yesOrNo(value: boolean | undefined): string {
  if (value === undefined) return NOTHING;
  return value ? 'yes' : 'no';
}

function callsText({ refused }: Pick<NonNullable<IsolationDetails['calls']>, 'refused'>): string {
  const byAnswer = new Map<string, number>();
  for (const { answer } of refused) byAnswer.set(answer, (byAnswer.get(answer) ?? 0) + 1);
  return listed([...byAnswer].map(([answer, count]) => `${count} with ${answer}`));
}

function differencesText({ differences, probed }: NonNullable<IsolationDetails['calls']>): string {
  if (probed === 0) return NOTHING;
  const words = differences.map(({ call, expected, answered }) => `${call}: ${answered}, not ${expected}`);
  return `${listed(words)} of ${probed}`;
}

function isolationTables(context: Context): SectionTable[] {
  const found = detailsOf(context, 'isolation', isolationDetailsSchema);
  if (found.length === 0) return [];
  return [
    {
      scenario: 'isolation',
      title: 'What separates them from the host',
      text:
        'Read from inside and from the host, changing nothing. Of a VM the facts are those of its own kernel; what it ' +
        'reaches of the host’s is what its monitor may do.',
      table: {
        caption: 'Isolation, fact by fact',
        head: headOf('Fact', found),
        rows: FACTS.map(([name, textOf]) => [
          cell(name),
          ...found.map(({ details }) => cell(textOf(details))),
        ]),
      },
    },
  ];
}

function detectionTables(context: Context): SectionTable[] {
  const found = detailsOf(context, 'detection', detectionDetailsSchema);
  const methods = new Map(
    found.flatMap(({ details }) => details.detection.map(({ method, title }) => [method, title] as const)),
  );
  if (methods.size === 0) return [];
  const rows = [...methods].map(([method, title]): Cell[] => [
    cell(plainLine(title, 60)),
    ...found.map(({ details }) => {
      const row = details.detection.find((one) => one.method === method);
      if (row === undefined) return cell(NOTHING);
      return row.said === '' ? cell(row.verdict) : cell(row.verdict, plainLine(row.said, 60));
    }),
  ]);
  return [
    {
      scenario: 'detection',
      title: 'Method by method',
      text:
        'Each method was asked inside. Right and wrong are said of the instance: one that names the host’s own hypervisor ' +
        'in a container is wrong.',
      table: {
        caption: 'What each method says',
        head: headOf('Method', found),
        rows: [
          ...rows,
          [
            cell('Tells that it is not in the first pid namespace'),
            ...found.map(({ details }) => cell(yesOrNo(details.tellsPidNamespace))),
          ],
        ],
      },
    },
  ];
}

function fidelityTables(context: Context): SectionTable[] {
  const found = detailsOf(context, 'fidelity', fidelityDetailsSchema);
  if (found.length === 0) return [];
  const units = [
    ...new Set(
      found.flatMap(({ details }) => [...details.failed, ...details.skipped.map(({ unit }) => unit)]),
    ),
  ].sort();
  const boots = (textOf: (details: FidelityDetails) => string): Cell[] =>
    found.map(({ details }) => cell(textOf(details)));
  return [
    {
      scenario: 'fidelity',
      title: 'What did not start',
      text: 'Units that failed, and units that a condition of theirs kept from starting, with the condition where it is known.',
      table: {
        caption: 'Units that failed or were skipped',
        head: headOf('Unit', found),
        rows: [
          [cell('System state'), ...boots(({ state }) => said(state))],
          [
            cell('First error in the journal'),
            ...boots(({ journal }) => (journal ? said(journal[0] ?? '') : 'no journal')),
          ],
          ...units.map((unit) => [cell(plainLine(unit, 80)), ...boots((details) => unitText(unit, details))]),
        ],
      },
    },
  ];
}

function unitText(unit: string, { failed, skipped }: FidelityDetails): string {
  if (failed.includes(unit)) return 'failed';
  const found = skipped.find((one) => one.unit === unit);
  if (found === undefined) return NOTHING;
  return found.conditions.length === 0
    ? 'skipped'
    : `skipped: ${plainLine(found.conditions.join(', '), 100)}`;
}
