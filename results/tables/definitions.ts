import { plainLine } from '../../core/text.ts';
import type { ScenarioDescription } from '../record.ts';
import { cell, column, type Table } from './table.ts';

/** What each metric of a scenario means, as its record declares it. */
export function definitionsTable({ title, metrics }: ScenarioDescription): Table {
  return {
    caption: `${plainLine(title, 60)}: what each metric means`,
    columns: [column('Metric'), column('Unit'), column('Definition')],
    rows: metrics.map((metric) => [
      cell(plainLine(metric.title, 80), plainLine(metric.id, 80)),
      cell(metric.unit),
      cell(plainLine(metric.definition, 500)),
    ]),
  };
}
