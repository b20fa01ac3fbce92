import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { createCanvas, loadImage } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport, type ReportFiles } from '../../../report/render.ts';
import { buildRecord, hostileText, type RecordOptions } from '../../fixtures/records/record.ts';

let folder: string;
let files: ReportFiles;
let html: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinboot-report-'));
  files = await renderReport(buildRecord(), folder);
  html = await readFile(files.html, 'utf8');
}, 60_000);

afterAll(() => rm(folder, { recursive: true }));

describe('renderReport', () => {
  it('returns every file that it wrote, and wrote no other', async () => {
    const found = await readdir(folder, { recursive: true, withFileTypes: true });
    const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    expect(files.all.toSorted()).toEqual(paths.toSorted());
    expect(files.all.map((path) => relative(folder, path)).slice(0, 4)).toEqual([
      'report/index.html',
      'report/report.md',
      'report/charts/startup-ladder.png',
      'report/charts/startup-ladder.svg',
    ]);
  });

  it.each<[string, RecordOptions]>([
    ['every boot failed', { allFail: true }],
    ['one round', { rounds: 1, failedBoot: false }],
    ['nothing measured yet', { rounds: 0, state: 'running' }],
    ['only a container', { runtimes: ['nspawn'], rounds: 2 }],
    ['only a VM', { runtimes: ['qemu'], rounds: 2 }],
    ['no runtime', { runtimes: [] }],
    ['a scenario of a later version', { scenarios: ['entropy'], rounds: 2 }],
    ['no scenario', { scenarios: [] }],
  ])('writes a page for a record with %s', async (_, options) => {
    const { html: path } = await renderReport(buildRecord(options), join(folder, 'other'));
    const page = await readFile(path, 'utf8');
    expect(page).toContain('<h2 id="method">Method</h2>');
    expect(withoutScripts(page)).not.toMatch(/\b(?:undefined|NaN|Infinity)\b|\[object /u);
  });
});

describe('the pictures', () => {
  it('are PNGs with ink of more than one colour on them', async () => {
    for (const { png } of files.charts) {
      const bytes = await readFile(png);
      expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x89PNG\r\n\x1a\n');
      const image = await loadImage(bytes);
      const canvas = createCanvas(image.width, image.height);
      const context = canvas.getContext('2d');
      context.drawImage(image, 0, 0);
      const pixels = new Uint32Array(context.getImageData(0, 0, image.width, image.height).data.buffer);
      expect(new Set(pixels).size, png).toBeGreaterThan(100);
      expect(pixels[0], 'a white corner').toBe(0xffffffff);
    }
  });

  it('are SVGs of balanced elements, with text as paths and unique ids', async () => {
    for (const { svg } of files.charts) {
      const text = await readFile(svg, 'utf8');
      expect(unbalanced(text), svg).toEqual([]);
      expect(text.match(/<path/gu)?.length).toBeGreaterThan(20);
      expect(text).not.toMatch(/<text|<image|NaN/u);
      const ids = [...text.matchAll(/\bid="([^"]*)"/gu)].map(([, id]) => id);
      expect(new Set(ids).size).toBe(ids.length);
    }
  });
});

describe('the page', () => {
  it('loads nothing: every src and href is inside it', () => {
    const targets = [...withoutScripts(html).matchAll(/\b(?:src|href|action|data)\s*=\s*"([^"]*)"/gu)].map(
      ([, to]) => to,
    );
    expect(targets.length).toBeGreaterThan(10);
    for (const target of targets) expect(target).toMatch(/^(?:#[\w-]+|data:image\/webp;base64,)/u);
    expect(html).not.toMatch(/@import|url\((?!data:)/u);
    expect(html).not.toContain('sourceMappingURL');
  });

  it('holds its figures as JSON that no guest can end', () => {
    const [, json = ''] = /<script type="application\/json" id="figures">([^]*?)<\/script>/u.exec(html) ?? [];
    const figures = JSON.parse(json) as { id: string }[];
    expect(figures.map(({ id }) => id)).toEqual(files.charts.map(({ id }) => id));
    expect(json).not.toMatch(/[\u2028\u2029]/u);
  });

  it('has as many scripts as it made itself, and each is allowed by its hash', () => {
    expect(html.match(/<script/gu)).toHaveLength(4);
    const [, policy = ''] = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(html) ?? [];
    expect(policy).toContain('default-src &#39;none&#39;');
    expect(policy.match(/sha256-/gu)).toHaveLength(4);
    expect(policy).not.toContain('unsafe');
  });

  it('shows what the guest wrote as text', () => {
    expect(hostileText).toContain('<script>');
    expect(html).not.toContain('<script>window.pwned');
    expect(html).not.toContain('<img src=x');
    expect(html).toContain('&lt;script&gt;window.pwned=1&lt;/script&gt;');
  });

  it('gives every chart a description, a table, and a picture for readers without JavaScript', () => {
    const figures = [...html.matchAll(/<figure [^]*?<\/figure>/gu)].map(([figure]) => figure);
    expect(figures).toHaveLength(files.charts.length);
    for (const figure of figures) {
      expect(figure).toMatch(/<canvas [^>]*role="img" aria-label="[^"]{20,}"/u);
      expect(figure).toMatch(/<noscript><img alt="[^"]+" src="data:image\/webp/u);
      expect(figure).toMatch(/<details>[^]*<table>/u);
      expect(figure).toContain('emulated (TCG): not a KVM figure');
    }
  });

  it('links each headline metric to its definition, and no link leads nowhere', () => {
    const ids = new Set([...html.matchAll(/\bid="([^"]+)"/gu)].map(([, id]) => id));
    const links = [...withoutScripts(html).matchAll(/href="#([^"]+)"/gu)].map(([, to]) => to);
    expect(links.filter((to) => !ids.has(to))).toEqual([]);
    expect(links).toEqual(expect.arrayContaining(['metric-startup-ready', 'metric-memory-total']));
    expect(html).toContain('<th scope="row" id="metric-startup-ready">');
  });

  it('says of an emulated VM what it is at each caption, and not at each cell', () => {
    const said = withoutScripts(html).match(/not a KVM figure/gu)?.length ?? 0;
    const captions = html.match(/<caption>|<figcaption>/gu)?.length ?? 0;
    expect(said).toBeLessThan(captions + 10);
  });

  it('has the figures of others, hidden until they are asked for', () => {
    expect(html).toMatch(/<button type="button" id="published" aria-pressed="false" hidden>/u);
    const blocks = [...html.matchAll(/<div class="published"( hidden)?>/gu)];
    expect(blocks.length).toBeGreaterThan(1);
    expect(blocks.every(([, hidden]) => hidden !== undefined)).toBe(true);
  });

  it('never says how many times without an interval', () => {
    const text = withoutScripts(html)
      .replaceAll(/<[^>]*>/gu, ' ')
      .replaceAll(/\s+/gu, ' ');
    const factors = [...text.matchAll(/[\d.]+ times(.{0,40})/gu)];
    expect(factors.length).toBeGreaterThan(10);
    for (const [, after] of factors)
      expect(after).toMatch(/^ (?:\[[\d.]+, [\d.]+\]|\(n too small for an interval\))/u);
  });
});

const withoutScripts = (page: string): string => page.replaceAll(/<(script|style)\b[^]*?<\/\1>/gu, '');

/** Elements that are opened and not closed, or closed and not opened. */
function unbalanced(xml: string): string[] {
  const open: string[] = [];
  for (const [, close, name, empty] of xml.matchAll(/<(\/?)([a-zA-Z][\w:]*)(?:\s[^<>]*?)?(\/?)>/gu)) {
    if (empty === '/') continue;
    if (close !== '/') open.push(String(name));
    else if (open.pop() !== name) return [`</${String(name)}>`];
  }
  return open;
}
