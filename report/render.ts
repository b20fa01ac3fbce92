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
import type { PictureStyle } from './picture-style.ts';
import { imageOf, openPictures, savePicture } from './pictures.ts';

/** What a report consists of: absolute paths if the run folder was given as one. */
export interface ReportFiles {
  /** One self-contained page. */
  html: string;
  markdown: string;
  charts: ChartFiles[];
  /** The pictures in other styles, for articles. */
  forArticles: ChartFiles[];
  /** All of the above. */
  all: string[];
  /** Why some pictures or all are missing. */
  undrawn?: string;
}

export interface ChartFiles {
  id: string;
  title: string;
  png: string;
  svg: string;
}

/**
 * Writes `<runFolder>/report/`: the page, the Markdown, and each chart as PNG and SVG, once more in each of
 * `styles`. Reads nothing but the record, so it works on any machine; whoever has summarised it already hands the
 * summary in. Rejects with the file system's error where the folder cannot be written, and with `link-in-the-way` where
 * a link stands for one of its folders.
 */
export async function renderReport(
  record: RunRecord,
  runFolder: string,
  summary: Summary = summarise(record),
  styles: readonly PictureStyle[] = [],
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
  const charts: ChartFiles[] = [];
  const forArticles: ChartFiles[] = [];
  let undrawn: string | undefined;
  for (const figure of figures) {
    const { id, title } = figure;
    const drawn = await draw(figure, model.source);
    illustrated.push({ figure, image: imageOf(drawn) });
    const files = await savePicture(drawn, chartFolder, id);
    if (files !== undefined) charts.push({ id, title, ...files });
    if ('reason' in drawn) undrawn ??= drawn.reason;
    for (const style of styles) {
      const styled = await savePicture(await draw(figure, model.source, style), chartFolder, id, style);
      if (styled !== undefined) forArticles.push({ id, title, ...styled });
    }
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
  const pictures = [...charts, ...forArticles].flatMap(({ png, svg }) => [png, svg]);
  const all = [...new Set([html, markdown, ...pictures])];
  return { html, markdown, charts, forArticles, all, ...(undrawn === undefined ? {} : { undrawn }) };
}
