import { join } from 'node:path';
import { openFolderBelow } from '../core/below.ts';
import { replaceFile } from '../core/replace-file.ts';
import { createFolders } from '../results/create-folders.ts';
import type { RunRecord } from '../results/record.ts';
import { summarise, type Summary } from '../results/summary.ts';
import { figuresOf } from './charts/registry.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { buildModel } from './model/report.ts';
import { imageOf, openPictures, savePicture } from './pictures.ts';

/** What a report consists of: absolute paths if the run folder was given as one. */
export interface ReportFiles {
  /** One self-contained page. */
  html: string;
  markdown: string;
  charts: { id: string; title: string; png: string; svg: string }[];
  /** All of the above. */
  all: string[];
  /** Why some pictures or all are missing. */
  undrawn?: string;
}

/**
 * Writes `<runFolder>/report/`: the page, the Markdown, and each chart as PNG and SVG. Reads nothing but the
 * record, so it works on any machine; whoever has summarised it already hands the summary in. Rejects with the file
 * system's error where the folder cannot be written, and with `link-in-the-way` where a link stands for one of its folders.
 */
export async function renderReport(
  record: RunRecord,
  runFolder: string,
  summary: Summary = summarise(record),
): Promise<ReportFiles> {
  const folder = join(runFolder, 'report');
  const chartFolder = join(folder, 'charts');
  await createFolders(runFolder);
  // A run folder may come from elsewhere: no link in it leads the report out of it.
  openFolderBelow(runFolder, 'report/charts', { make: 0o755 }).close();

  const model = buildModel(record, summary);
  const figures = figuresOf(model);
  const draw = await openPictures();

  // One after the other: a bitmap takes ten megabytes, and a report has a dozen of them.
  const illustrated = [];
  const charts: ReportFiles['charts'] = [];
  let undrawn: string | undefined;
  for (const figure of figures) {
    const { id, title } = figure;
    const drawn = await draw(figure, model.source);
    illustrated.push({ figure, image: imageOf(drawn) });
    const files = await savePicture(drawn, chartFolder, id);
    if (files !== undefined) charts.push({ id, title, ...files });
    if ('reason' in drawn) undrawn ??= drawn.reason;
  }

  const html = join(folder, 'index.html');
  const markdown = join(folder, 'report.md');
  await replaceFile(html, renderHtml(model, illustrated));
  const hasPicture = new Set(charts.map(({ id }) => id));
  await replaceFile(
    markdown,
    renderMarkdown(
      model,
      figures.filter(({ id }) => hasPicture.has(id)),
    ),
  );
  const all = [html, markdown, ...charts.flatMap(({ png, svg }) => [png, svg])];
  return { html, markdown, charts, all, ...(undrawn === undefined ? {} : { undrawn }) };
}
