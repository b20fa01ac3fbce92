import { plainLine } from '../../core/text.ts';
import { NOTHING } from '../../core/words.ts';
import { isolationDetailsSchema, type IsolationDetails, type Reach } from '../exposure/isolation.ts';
import type { Context } from './context.ts';
import { firstDetails, columnsOf, listed, shortText, yesOrNo, type Found } from './exposure-details.ts';
import { runtimeCell } from './runtimes.ts';
import { cell, column, numeric, type Cell, type SectionTable } from './table.ts';

/** What each party can ask of which kernel, and what separates the instances from the host, fact by fact. */
export function isolationTables(context: Context): SectionTable[] {
  const found = firstDetails(context, 'isolation', isolationDetailsSchema);
  return found.length === 0 ? [] : [reachTable(found), factTable(found)];
}

function reachTable(found: readonly Found<IsolationDetails>[]): SectionTable {
  const [known = 0] = found.flatMap(({ details }) => details.reaches.map(({ exploits }) => exploits.of));
  return {
    scenario: 'isolation',
    title: 'What can be asked of which kernel',
    text:
      'The tenant is root inside. A VM’s tenant meets the guest’s kernel, and the host’s only as the monitor that it has taken ' +
      'over: two rows, which add up to nothing. Exploits are the vulnerabilities with public exploits of kernelCTF’s ' +
      'metadata, 2023 to 2025, as of 2026-08; none was run. Distributions repair without leaving upstream’s range of ' +
      'affected versions, so that the last column is the most that it can be.',
    table: {
      caption: 'System calls and exploits, party by party',
      columns: [
        column('Runtime'),
        column('Party'),
        column('Kernel'),
        numeric('Calls allowed'),
        numeric('Depending', { note: 'on arguments' }),
        column('Refused'),
        numeric('Preconditions met', { note: `of ${known}` }),
        numeric('Version affected', { note: 'of those' }),
      ],
      rows: found.flatMap(({ runtime, details }) =>
        details.reaches.map((reach) => [
          runtimeCell(runtime),
          cell(reach.party),
          cell(reach.kernel === 'host' ? 'the host’s' : 'its own'),
          ...callCells(reach),
          ...exploitCells(reach),
        ]),
      ),
    },
  };
}

function callCells({ calls, unread = '' }: Reach): Cell[] {
  if (calls === undefined) return [cell(NOTHING, plainLine(unread, 80)), cell(NOTHING), cell(NOTHING)];
  const byAnswer = new Map<string, number>();
  for (const { answer } of calls.refused) byAnswer.set(answer, (byAnswer.get(answer) ?? 0) + 1);
  return [
    cell(String(calls.allowed)),
    calls.depending.length === 0
      ? cell('0')
      : cell(String(calls.depending.length), listed(calls.depending, 4)),
    cell(listed([...byAnswer].map(([answer, count]) => `${count} with ${answer}`))),
  ];
}

function exploitCells({ exploits: { holding, open, affected } }: Reach): Cell[] {
  if (open > 0) return [cell(NOTHING, `not known of ${open}`), cell(NOTHING)];
  return [cell(String(holding.length)), cell(affected === undefined ? NOTHING : String(affected.length))];
}

const FACTS: readonly [string, (details: IsolationDetails) => string][] = [
  ['Kernel', ({ kernel }) => (kernel === 'own' ? 'its own' : 'the host’s')],
  ['Own namespaces', ({ ownNamespaces }) => (ownNamespaces ? listed(ownNamespaces) : NOTHING)],
  ['Root inside is root of the host', ({ isRootOutside }) => yesOrNo(isRootOutside)],
  ['Capabilities, bounding', ({ capabilities }) => countText(capabilities.bounding)],
  ['Capabilities, effective', ({ capabilities }) => countText(capabilities.effective)],
  ['Capabilities, ambient', ({ capabilities }) => countText(capabilities.ambient)],
  ['No new privileges', ({ noNewPrivileges }) => yesOrNo(noNewPrivileges)],
  ['LSM profile', ({ lsm }) => shortText(lsm)],
  ['Calls that answered otherwise than evaluated', ({ probed }) => probedText(probed)],
  ['Calls that systemd-logind may make', ({ loginService }) => countOr(loginService?.allowed)],
  ['A global sysctl, written back', ({ globalSysctl }) => shortText(globalSysctl)],
  ['Making a user namespace', ({ userNamespace }) => shortText(userNamespace)],
  ['Processes seen', ({ processes }) => String(processes)],
  ['Mounts seen', ({ mounts }) => String(mounts)],
  ['Seen of the host', ({ views }) => listed(views)],
  ['Ways out that are open', ({ waysOut }) => listed(waysOut)],
  ['Ways out, each', ({ probes }) => listed(probeWords(probes), 20)],
  ['Global files that open for writing', ({ globalWritable }) => listed(globalWritable, 4)],
  ['Device nodes that open', ({ devices }) => listed(devices)],
  ['Settings of the host that changed', ({ hostChanges }) => listed(hostChanges, 4)],
];

const countOr = (count: number | undefined): string => (count === undefined ? NOTHING : String(count));
const countText = (names: readonly string[] | undefined): string => countOr(names?.length);

/** Those that are there, each with what it answered. */
function probeWords(probes: IsolationDetails['probes']): string[] {
  return Object.entries(probes).flatMap(([name, answer]) =>
    answer === 'absent' ? [] : [`${name} ${answer}`],
  );
}

function probedText({ calls, differences }: IsolationDetails['probed']): string {
  if (calls === 0 || differences === undefined) return NOTHING;
  const words = differences.map(({ call, expected, answered }) => `${call}: ${answered}, not ${expected}`);
  return `${listed(words)} of ${calls}`;
}

function factTable(found: readonly Found<IsolationDetails>[]): SectionTable {
  return {
    scenario: 'isolation',
    title: 'What separates them from the host',
    text:
      'Read from inside and from the host, changing nothing. Of a VM the facts are those of its own kernel; what it reaches ' +
      'of the host’s is what its monitor may do.',
    table: {
      caption: 'Isolation, fact by fact',
      columns: columnsOf('Fact', found),
      rows: FACTS.map(([name, textOf]) => [cell(name), ...found.map(({ details }) => cell(textOf(details)))]),
    },
  };
}
