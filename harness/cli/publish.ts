import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReportFiles } from '../../report/render.ts';
import { exports } from '../../results/export/registry.ts';
import type { RunRecord } from '../../results/record.ts';
import type { Summary } from '../../results/summary.ts';
import { writeFailure } from '../../results/write-failure.ts';

/**
 * Writes what is made from a record beside it: the report, and the exports that are not there yet (a record that has
 * ended does not change any more, and neither do they).
 * Errors: `disk-full`, `out-not-writable`, `write-failed`; the record itself is not touched.
 */
export async function publish(record: RunRecord, summary: Summary, folder: string): Promise<ReportFiles> {
  try {
    for (const { fileName, render } of exports) {
      const file = join(folder, fileName);
      if (record.state === 'running' || !existsSync(file)) await writeFile(file, render(record, summary));
    }
    // Loaded here: the drawing library is large, and nothing of it may be in memory while instances are measured.
    const { renderReport } = await import('../../report/render.ts');
    return await renderReport(record, folder, summary);
  } catch (error) {
    throw writeFailure(error, folder);
  }
}
