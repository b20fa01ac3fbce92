import { plainLine } from '../../core/text.ts';
import { publishedFigures } from '../facts/published-figures.ts';
import type { ScenarioDescription } from '../record.ts';
import { cell, column, numeric, type SectionTable } from './table.ts';

/** What others have published of a scenario's metrics; `undefined` where nothing is known. */
export function publishedTable({ id, title, metrics }: ScenarioDescription): SectionTable | undefined {
  const titles = new Map(metrics.map((metric) => [metric.id, metric.title]));
  const found = publishedFigures.filter(({ metric }) => titles.has(metric));
  if (found.length === 0) return undefined;
  return {
    scenario: id,
    title: 'Published figures',
    text:
      'Of other machines and by other definitions, as their sources have them; nothing of this was measured by this run. ' +
      'Beside each the metric that is nearest to it, and in what it differs.',
    table: {
      caption: `${plainLine(title, 60)}: figures that others have published`,
      columns: [
        column('Of'),
        numeric('Published'),
        column('Nearest metric'),
        column('What it is'),
        column('In what it differs'),
        column('Date and source'),
      ],
      rows: found.map(({ system, text, metric, definition, difference, date, source, url, basis }) => [
        cell(system),
        cell(text),
        cell(plainLine(titles.get(metric) ?? '', 60), metric),
        cell(definition),
        cell(difference),
        cell(`${date}: ${source}. ${url}`, basis),
      ]),
    },
  };
}
