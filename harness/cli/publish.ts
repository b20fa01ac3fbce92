import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { openFolderBelow } from '../../core/below.ts';
import { ignoreMissing, messageOf } from '../../core/error.ts';
import type { PictureStyle } from '../../report/picture-style.ts';
import type { ChartFiles, ReportFiles } from '../../report/render.ts';
import { exports } from '../../results/export/registry.ts';
import type { RunRecord } from '../../results/record.ts';
import type { Summary } from '../../results/summary.ts';
import { writeFailure } from '../../results/write-failure.ts';

/**
 * Writes what is made from a record beside it, the report and the exports, so that all files of a folder are of one
 * state of the record: they take the place of those of an earlier one when all are written, and what is no longer made
 * is removed. Pictures and exports that cannot be made are left out, and `note` is told why.
 * `styles`: in which the charts are drawn for articles as well. Errors: `disk-full`, `out-not-writable`,
 * `write-failed`; the record, and what was made before, are not touched.
 */
export async function publish(
  record: RunRecord,
  summary: Summary,
  folder: string,
  note: (message: string) => void,
  styles: readonly PictureStyle[] = [],
): Promise<ReportFiles> {
  try {
    const staging = await mkdtemp(join(folder, '.report-'));
    try {
      await writeExports(record, summary, staging, note);
      // Loaded here: the drawing library is large, and nothing of it may be in memory while instances are measured.
      const { renderReport } = await import('../../report/render.ts');
      const files = await renderReport(record, staging, summary, styles);
      await replaceAll(staging, folder);
      if (files.undrawn !== undefined) note(`the report has no pictures, or not all: ${files.undrawn}`);
      return movedTo(folder, staging, files);
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  } catch (error) {
    throw writeFailure(error, folder);
  }
}

async function writeExports(
  record: RunRecord,
  summary: Summary,
  folder: string,
  note: (message: string) => void,
): Promise<void> {
  for (const { fileName, render } of exports) {
    let text: string;
    try {
      text = render(record, summary);
    } catch (error) {
      note(`no ${fileName}: ${messageOf(error)}`);
      continue;
    }
    await writeFile(join(folder, fileName), text);
  }
}

/** All of a run folder that is made from its record. What others have put beside it stays. */
const MADE = [
  ...exports.map(({ fileName }) => fileName),
  ...['index.html', 'report.md', 'charts'].map(inReport),
];

function inReport(name: string): string {
  return join('report', name);
}

/** A name that was not made this time is removed: it would show an earlier state of the record. */
async function replaceAll(staging: string, folder: string): Promise<void> {
  // A run folder may come from elsewhere: no link in it leads the report out of it.
  openFolderBelow(folder, 'report', { make: 0o755 }).close();
  for (const name of MADE) {
    await rm(join(folder, name), { recursive: true, force: true });
    await rename(join(staging, name), join(folder, name)).catch(ignoreMissing);
  }
}

function movedTo(folder: string, staging: string, files: ReportFiles): ReportFiles {
  const moved = (path: string): string => join(folder, relative(staging, path));
  const movedChart = (chart: ChartFiles): ChartFiles => ({
    ...chart,
    png: moved(chart.png),
    svg: moved(chart.svg),
  });
  return {
    ...files,
    html: moved(files.html),
    markdown: moved(files.markdown),
    charts: files.charts.map(movedChart),
    forArticles: files.forArticles.map(movedChart),
    all: files.all.map(moved),
  };
}
