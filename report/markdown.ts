import { codeBlock, gfm, type Markdown } from '../core/markup.ts';
import type { Figure } from './charts/spec.ts';
import type { Answer } from './model/answer.ts';
import type { ReportModel } from './model/report.ts';
import type { Fact } from './model/facts.ts';
import type { Failure, FailureList } from './model/failures.ts';
import { tableBlocks } from './markdown-table.ts';
import { ledgerTable, type Ledger } from '../results/tables/ledger.ts';
import { markedName } from '../results/tables/runtimes.ts';
import type { SectionTable } from '../results/tables/table.ts';

/** The report as GitHub-flavoured Markdown; the charts lie beside it in `charts/`. */
export function renderMarkdown(model: ReportModel, figures: readonly Figure[]): string {
  const blocks: Markdown[] = [
    gfm`# ${model.title}`,
    gfm`${model.subtitle}`,
    ...(model.notice === undefined ? [] : [gfm`> ${model.notice}`]),
    ...model.answers.map(({ text, mark }) =>
      mark === undefined ? gfm`${text}` : gfm`${text} · **${mark}**`,
    ),
    ...(model.emulation === undefined ? [] : [gfm`> **${model.emulation.mark}.** ${model.emulation.reason}`]),
    ...model.timeMarks.map(({ mark, reason }) => gfm`> **${mark}.** ${reason}`),
    gfm`## Headline figures`,
    ...model.headline.flatMap(tableBlocks),
    ...model.scenarios.flatMap((scenario) => [
      gfm`## ${scenario.title}`,
      gfm`${scenario.question}`,
      ...figures.filter((figure) => figure.scenario === scenario.id).flatMap(figureBlocks),
      ...(model.ledger?.scenario === scenario.id ? ledgerBlocks(model.ledger) : []),
      ...model.tables.filter((table) => table.scenario === scenario.id).flatMap(sectionTableBlocks),
      ...noteBlocks(scenario.notes),
      gfm`### Definitions`,
      ...tableBlocks(scenario.definitions),
    ]),
    ...factBlocks('Method', model.method),
    ...factBlocks('Runtimes', model.runtimeFacts),
    ...factBlocks('Image', model.image),
    ...factBlocks('Host', model.host),
    ...factBlocks('Reproduce and cite', model.reproduce),
    ...failureBlocks(model.failures),
    ...(model.warnings.length === 0 ? [] : factBlocks('Warnings', model.warnings)),
    gfm`${model.provenance}`,
  ];
  return `${gfm.join(blocks, '\n\n').toString()}\n`;
}

function figureBlocks({ id, title, caption, mark, table }: Figure): Markdown[] {
  return [
    gfm`### ${title}`,
    gfm`![${title}](charts/${id}.png)`,
    mark === undefined ? gfm`${caption}` : gfm`**${mark}** · ${caption}`,
    ...tableBlocks(table),
  ];
}

function sectionTableBlocks({ title, text, table }: SectionTable): Markdown[] {
  return [gfm`### ${title}`, gfm`${text}`, ...tableBlocks(table)];
}

function noteBlocks(notes: readonly Answer[]): Markdown[] {
  if (notes.length === 0) return [];
  return [
    gfm`### Figures that seem not to fit`,
    gfm.join(
      notes.map(({ text, mark }) => (mark === undefined ? gfm`- ${text}` : gfm`- ${text} · **${mark}**`)),
      '\n',
    ),
  ];
}

function ledgerBlocks(ledger: Ledger): Markdown[] {
  const { note, idle } = ledger;
  return [
    gfm`### The ledger`,
    gfm`Repeated: each further instance of the image runs it again, and takes its anonymous memory anew. Duplicated: the host runs the same service too.`,
    ...(note === undefined ? [] : [gfm`${note}`]),
    ...tableBlocks(ledgerTable(ledger)),
    ...(idle.length === 0
      ? []
      : [
          gfm`${idle.length} more services of the image run in none of them: ${gfm.join(
            idle.map(({ service }) => service),
            ', ',
          )}.`,
        ]),
  ];
}

/** A heading, and what is known below it. */
export function factBlocks(title: string, facts: readonly Fact[]): Markdown[] {
  return [
    gfm`## ${title}`,
    gfm.join(
      facts.map(({ term, text }) => gfm`- **${term}**: ${text}`),
      '\n',
    ),
  ];
}

function failureBlocks({ boots, shown, hidden }: FailureList): Markdown[] {
  return [
    gfm`## Failures`,
    ...(boots.length === 0
      ? []
      : [
          gfm.join(
            boots.map(
              ({ runtime, begun, failed }) =>
                gfm`- ${markedName(runtime)}: ${failed} of ${begun} measured boots failed`,
            ),
            '\n',
          ),
        ]),
    ...shown.flatMap(failureBlock),
    ...(hidden === 0 ? [] : [gfm`${hidden} more are in the record.`]),
  ];
}

function failureBlock(failure: Failure): Markdown[] {
  const hint = failure.hint === undefined ? '' : ` (${failure.hint})`;
  const text = `${failure.code}: ${failure.message}${hint}; ${failure.boot}, for ${failure.scenarios.join(', ')}`;
  return [
    gfm`### ${failure.runtime}, ${failure.when}: ${failure.outcome}`,
    gfm`${text}`,
    ...(failure.consoleTail === undefined ? [] : [codeBlock(failure.consoleTail)]),
  ];
}
