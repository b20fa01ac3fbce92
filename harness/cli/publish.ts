import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportFiles } from '../../report/render.ts';
import { exports } from '../../results/export/registry.ts';
import type { RunRecord } from '../../results/record.ts';
import type { Summary } from '../../results/summary.ts';
import { writeFailure } from '../../results/write-failure.ts';

/**
 * Writes what is made from a record beside it, the report and the exports, so that all files of a folder are of one
 * state of the record. Pictures that cannot be drawn are left out, and `note` is told why.
 * Errors: `disk-full`, `out-not-writable`, `write-failed`; the record itself is not touched.
 */
export async function publish(
  record: RunRecord,
  summary: Summary,
  folder: string,
  note: (message: string) => void,
): Promise<ReportFiles> {
  try {
    for (const { fileName, render } of exports) {
      await writeFile(join(folder, fileName), render(record, summary));
    }
    // Loaded here: the drawing library is large, and nothing of it may be in memory while instances are measured.
    const { renderReport } = await import('../../report/render.ts');
    const files = await renderReport(record, folder, summary);
    if (files.undrawn !== undefined) note(`the report has no pictures, or not all: ${files.undrawn}`);
    return files;
  } catch (error) {
    throw writeFailure(error, folder);
  }
}
