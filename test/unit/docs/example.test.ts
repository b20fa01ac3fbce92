import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../../core/package-root.ts';
import { latexTable } from '../../../report/archive/latex-tables.ts';
import { figuresOf } from '../../../report/charts/registry.ts';
import { renderMarkdown } from '../../../report/markdown.ts';
import { buildModel } from '../../../report/model/report.ts';
import { renderReport } from '../../../report/render.ts';
import { RECORD_SCHEMA, recordSchema } from '../../../results/record.ts';
import { readRecord } from '../../../results/store.ts';
import { summarise } from '../../../results/summary.ts';
import { findScenario } from '../../../scenarios/registry.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';
import { twinboot } from '../../support/terminal.ts';

/** Where these fail, `npm run example` draws the example anew; where its metrics are others, from a new record. */
const folder = join(packageRoot(), 'docs/example');
const record = await readRecord(folder);
const summary = summarise(record);
const model = buildModel(record, summary);
const figures = figuresOf(model);
const readme = readFileSync(join(packageRoot(), 'README.md'), 'utf8');

describe('docs/example', () => {
  it('is of a record that this version would write', () => {
    const raw: unknown = JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'));
    expect(recordSchema.parse(raw).schema).toBe(RECORD_SCHEMA);
    expect(record.state).toBe('complete');
  });

  it('has the metrics that its scenarios have now', () => {
    const facts = ({ metrics }: (typeof record.scenarios)[number]) =>
      metrics.map(({ id, unit, role, better }) => ({ id, unit, role, better }));
    for (const scenario of record.scenarios)
      expect(facts(scenario), scenario.id).toEqual(facts(findScenario(scenario.id)));
  });

  it('has a sample with every metric of it that is neither missing nor made up', () => {
    const known = new Map(
      record.scenarios.map(({ id, metrics }) => [id, new Set(metrics.map((one) => one.id))]),
    );
    for (const { scenario, values, missing } of record.samples.filter(({ outcome }) => outcome === 'ok')) {
      const ids = [...values, ...missing].map(({ metric }) => metric);
      expect(new Set(ids), scenario).toEqual(known.get(scenario));
    }
  });

  it('says what this version makes of that record', () => {
    const drawn = readFileSync(join(folder, 'report/report.md'), 'utf8');
    expect(drawn).toBe(renderMarkdown(model, figures));
  });

  it('has the pictures of this version', () => {
    const names = readdirSync(join(folder, 'report/charts')).filter((name) => name.endsWith('.png'));
    expect(names.sort()).toEqual(figures.map(({ id }) => `${id}.png`).sort());
  });

  it('is what the README’s first table shows of it', async () => {
    const copy = temporaryFolder();
    copyFileSync(join(folder, 'run.json'), join(copy, 'run.json'));
    const { out, notes } = await twinboot(['report', copy]);
    const [table = ''] = /^metric .*?^```$/ms.exec(readme) ?? [];
    const lines = table.split('\n').slice(0, -1);
    expect(lines.length).toBeGreaterThan(8);
    for (const line of lines) expect(out + notes).toContain(`${line}\n`);
  });

  it('has tables that pdfLaTeX can set: no character but those that it knows', () => {
    const texts = figures.map(({ table }) => latexTable(table)).concat(model.headline.map(latexTable));
    for (const text of texts) expect(text).toMatch(/^[\n -~\u00a0-\u017f–—‘’“”…†→]*$/u);
  });

  it('has all pictures that the README shows', () => {
    const shown = [...readme.matchAll(/!\[([^\]]*)\]\(([^)]+\.png)\)/gu)];
    expect(shown.length).toBeGreaterThan(0);
    for (const [, title = '', path = ''] of shown) {
      expect(statSync(join(packageRoot(), path)).size).toBeGreaterThan(1000);
      expect(figures.map((figure) => figure.title)).toContain(title);
    }
  });
});

describe('the page of it', () => {
  let made: string;
  beforeAll(() => (made = mkdtempSync(join(tmpdir(), 'twinboot-example-'))));
  afterAll(() => rmSync(made, { recursive: true }));

  it('is smaller than 1 MB', async () => {
    const { html } = await renderReport(record, made, summary);
    expect(statSync(html).size).toBeLessThan(1_000_000);
  });
});
