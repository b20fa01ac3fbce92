import { escapeMarkdown } from '../core/text.ts';
import type { Figure } from './charts/spec.ts';
import type { ReportModel } from './model.ts';
import type { Fact } from './model/facts.ts';
import type { Failure, FailureList } from './model/failures.ts';
import type { SectionTable } from './model/fleet-tables.ts';
import { ledgerColumns, placeFigures, type Ledger, type Place } from './model/ledger.ts';
import { markedName } from './model/runtimes.ts';
import { cell, type Table } from './model/table.ts';

/** The report as GitHub-flavoured Markdown; the charts lie beside it in `charts/`. */
export function renderMarkdown(model: ReportModel, figures: readonly Figure[]): string {
  const blocks: string[] = [
    `# ${escapeMarkdown(model.title)}`,
    escapeMarkdown(model.subtitle),
    ...(model.notice === undefined ? [] : [`> ${escapeMarkdown(model.notice)}`]),
    ...model.answers.map(
      ({ text, mark }) => escapeMarkdown(text) + (mark === undefined ? '' : ` · **${escapeMarkdown(mark)}**`),
    ),
    ...(model.emulation === undefined
      ? []
      : [`> **${escapeMarkdown(model.emulation.mark)}.** ${escapeMarkdown(model.emulation.reason)}`]),
    ...model.timeMarks.map(({ mark, reason }) => `> **${escapeMarkdown(mark)}.** ${escapeMarkdown(reason)}`),
    '## Headline figures',
    ...model.headline.flatMap(tableBlocks),
    ...model.scenarios.flatMap((scenario) => [
      `## ${escapeMarkdown(scenario.title)}`,
      escapeMarkdown(scenario.question),
      ...figures.filter((figure) => figure.scenario === scenario.id).flatMap(figureBlocks),
      ...(model.ledger !== undefined && scenario.id === 'services' ? ledgerBlocks(model.ledger) : []),
      ...model.tables.filter((table) => table.scenario === scenario.id).flatMap(sectionTableBlocks),
      '### Definitions',
      ...tableBlocks({
        caption: '',
        head: [{ text: 'Metric' }, { text: 'Unit' }, { text: 'Definition' }],
        rows: scenario.definitions.map(({ metric, unit, definition }) => [
          cell(metric),
          cell(unit),
          cell(definition),
        ]),
      }),
    ]),
    ...factBlocks('Method', model.method),
    ...factBlocks('Runtimes', model.runtimeFacts),
    ...factBlocks('Image', model.image),
    ...factBlocks('Host', model.host),
    ...failureBlocks(model.failures),
    ...(model.warnings.length === 0 ? [] : factBlocks('Warnings', model.warnings)),
    escapeMarkdown(model.source),
  ];
  return `${blocks.join('\n\n')}\n`;
}

function tableBlocks({ caption, mark, head, rows }: Table): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const title = [
    ...(caption === '' ? [] : [escapeMarkdown(caption)]),
    ...(mark === undefined ? [] : [`**${escapeMarkdown(mark)}**`]),
  ];
  return [
    ...(title.length === 0 ? [] : [title.join(' · ')]),
    [
      line(head.map(({ text, note }) => escapeMarkdown(note === undefined ? text : `${text} (${note})`))),
      line(head.map(({ numeric }) => (numeric ? '---:' : '---'))),
      ...rows.map((row) =>
        line(
          row.map(({ text, note }) =>
            escapeMarkdown(note === undefined ? text : `${text} ${bracketed(note)}`),
          ),
        ),
      ),
    ].join('\n'),
  ];
}

const bracketed = (note: string): string => (/^[[(]/u.test(note) ? note : `(${note})`);

function figureBlocks({ id, title, caption, mark, table }: Figure): string[] {
  return [
    `### ${escapeMarkdown(title)}`,
    `![${escapeMarkdown(title)}](charts/${id}.png)`,
    (mark === undefined ? '' : `**${escapeMarkdown(mark)}** · `) + escapeMarkdown(caption),
    ...tableBlocks(table),
  ];
}

function sectionTableBlocks({ title, text, table }: SectionTable): string[] {
  return [`### ${escapeMarkdown(title)}`, escapeMarkdown(text), ...tableBlocks(table)];
}

function ledgerBlocks(ledger: Ledger): string[] {
  const { mark, note, services, idle } = ledger;
  const stateOf = ({ state, stateNote, reason, repeated, duplicated }: Place): string => {
    const words = [state, ...(repeated ? ['repeated'] : []), ...(duplicated ? ['duplicated'] : [])];
    return [words.join(', '), stateNote, reason].filter(Boolean).join('; ');
  };
  return [
    '### The ledger',
    'Repeated: each further instance of the image runs it again, and takes its anonymous memory anew. ' +
      'Duplicated: the host runs the same service too.',
    ...(note === undefined ? [] : [escapeMarkdown(note)]),
    ...tableBlocks({
      caption: 'Services: where each runs, and if not, why not; medians over boots',
      ...(mark === undefined ? {} : { mark }),
      head: [
        { text: 'Service' },
        { text: 'Host' },
        { text: 'In' },
        { text: 'State' },
        ...ledgerColumns(ledger).map((text) => ({ text, numeric: true })),
      ],
      rows: services.flatMap(({ service, host, places }) =>
        places.map((place) =>
          [service, host, markedName(place.runtime), stateOf(place), ...placeFigures(place)].map((text) =>
            cell(text),
          ),
        ),
      ),
    }),
    ...(idle.length === 0
      ? []
      : [
          `${idle.length} more services of the image run in none of them: ` +
            `${idle.map(({ service }) => escapeMarkdown(service)).join(', ')}.`,
        ]),
  ];
}

function factBlocks(title: string, facts: readonly Fact[]): string[] {
  return [
    `## ${title}`,
    facts.map(({ term, text }) => `- **${escapeMarkdown(term)}**: ${escapeMarkdown(text)}`).join('\n'),
  ];
}

function failureBlocks({ boots, shown, hidden }: FailureList): string[] {
  return [
    '## Failures',
    ...(boots.length === 0
      ? []
      : [
          boots
            .map(({ runtime, begun, failed }) =>
              escapeMarkdown(`- ${markedName(runtime)}: ${failed} of ${begun} measured boots failed`).replace(
                /^\\-/u,
                '-',
              ),
            )
            .join('\n'),
        ]),
    ...shown.flatMap(failureBlock),
    ...(hidden === 0 ? [] : [`${hidden} more are in the record.`]),
  ];
}

function failureBlock(failure: Failure): string[] {
  const mark = failure.mark === undefined ? '' : ` · **${escapeMarkdown(failure.mark)}**`;
  return [
    `### ${escapeMarkdown(`${failure.runtime}, ${failure.when}: ${failure.outcome}`)}`,
    escapeMarkdown(
      `${failure.code}: ${failure.message}${failure.hint === undefined ? '' : ` (${failure.hint})`}; ${failure.boot}, for ${failure.scenarios.join(', ')}`,
    ) + mark,
    ...(failure.consoleTail === undefined ? [] : [fenced(failure.consoleTail)]),
  ];
}

/** A fence that is longer than any run of backticks inside it cannot be closed from inside. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}text\n${text}\n${fence}`;
}
