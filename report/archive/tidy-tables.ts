import { exports } from '../../results/export/registry.ts';
import type { ArchivePart } from './part.ts';

/** The exports that are tables: one observation a line. */
export const tidyTables: ArchivePart = ({ record, summary }) =>
  exports
    .filter(({ fileName }) => fileName.endsWith('.csv'))
    .map(({ fileName, title, render }) => ({
      path: `data/${fileName}`,
      content: render(record, summary),
      mediaType: 'text/csv',
      description: title,
      isTable: true,
    }));
