import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunRecord } from '../results/record.ts';
import { summarise, type Summary } from '../results/summary.ts';
import { figuresOf } from './charts/registry.ts';
import { loadDrawing } from './drawing.ts';
import { renderHtml } from './html.ts';
import { renderMarkdown } from './markdown.ts';
import { buildModel } from './model.ts';
import { drawPicture } from './picture.ts';

/** What a report consists of: absolute paths if the run folder was given as one. */
export interface ReportFiles {
  /** One self-contained page. */
  html: string;
  markdown: string;
  charts: { id: string; title: string; png: string; svg: string }[];
  /** All of the above. */
  all: string[];
}

/**
 * Writes `<runFolder>/report/`: the page, the Markdown, and each chart as PNG and SVG. Reads nothing but the
 * record, so it works on any machine; whoever has summarised it already hands the summary in. Rejects with the file
 * system's error where the folder cannot be written.
 */
export async function renderReport(
  record: RunRecord,
  runFolder: string,
  summary: Summary = summarise(record),
): Promise<ReportFiles> {
  const folder = join(runFolder, 'report');
  const chartFolder = join(folder, 'charts');
  await mkdir(chartFolder, { recursive: true });

  const model = buildModel(record, summary);
  const figures = figuresOf(model);
  const drawing = await loadDrawing();

  // One after the other: a bitmap takes ten megabytes, and a report has a dozen of them.
  const illustrated = [];
  for (const figure of figures) {
    const { png, svg, webp } = await drawPicture(figure, model.source, drawing);
    const files = {
      png: join(chartFolder, `${figure.id}.png`),
      svg: join(chartFolder, `${figure.id}.svg`),
    };
    await Promise.all([writeFile(files.png, png), writeFile(files.svg, svg)]);
    illustrated.push({ figure, files, image: `data:image/webp;base64,${webp.toString('base64')}` });
  }
  const charts = illustrated.map(({ figure: { id, title }, files }) => ({ id, title, ...files }));

  const html = join(folder, 'index.html');
  const markdown = join(folder, 'report.md');
  await writeFile(html, renderHtml(model, illustrated));
  await writeFile(markdown, renderMarkdown(model, figures));
  return { html, markdown, charts, all: [html, markdown, ...charts.flatMap(({ png, svg }) => [png, svg])] };
}
