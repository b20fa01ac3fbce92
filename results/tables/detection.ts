import { plainLine } from '../../core/text.ts';
import { NOTHING } from '../../core/words.ts';
import { detectionDetailsSchema } from '../exposure/detection.ts';
import type { Context } from './context.ts';
import { columnsOf, firstDetails, yesOrNo } from './exposure-details.ts';
import { cell, type Cell, type SectionTable } from './table.ts';

/** A matrix of method by runtime: right, wrong or nothing, and what was said. */
export function detectionTables(context: Context): SectionTable[] {
  const found = firstDetails(context, 'detection', detectionDetailsSchema);
  const methods = new Map(
    found.flatMap(({ details }) => details.methods.map(({ method, title }) => [method, title] as const)),
  );
  if (methods.size === 0) return [];
  const rows = [...methods].map(([method, title]): Cell[] => [
    cell(plainLine(title, 60)),
    ...found.map(({ details }) => {
      const row = details.methods.find((one) => one.method === method);
      if (row === undefined) return cell(NOTHING);
      return row.said === '' ? cell(row.verdict) : cell(row.verdict, plainLine(row.said, 60));
    }),
  ]);
  const tells = found.map(({ details }) => cell(yesOrNo(details.tellsPidNamespace)));
  return [
    {
      scenario: 'detection',
      title: 'Method by method',
      text:
        'Each method was asked inside. Right and wrong are said of the instance: one that names the host’s own hypervisor ' +
        'in a container is wrong.',
      table: {
        caption: 'What each method says',
        columns: columnsOf('Method', found),
        rows: [...rows, [cell('Tells that it is not in the first pid namespace'), ...tells]],
      },
    },
  ];
}
