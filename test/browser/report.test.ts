import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderReport, type ReportFiles } from '../../report/render.ts';
import { buildRecord } from '../fixtures/records/record.ts';
import { launchChromium } from '../support/chromium.ts';

let folder: string;
let files: ReportFiles;
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'twinboot-browser-'));
  files = await renderReport(buildRecord(), folder);
  browser = await launchChromium();
});

afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true });
});

/** What a page did while it was open. */
interface Visit {
  page: Page;
  /** Console lines and uncaught errors. */
  noise: string[];
  requests: string[];
}

async function open(options: BrowserContextOptions = {}): Promise<Visit> {
  const context = await browser.newContext({ viewport: { width: 1200, height: 900 }, ...options });
  const page = await context.newPage();
  const noise: string[] = [];
  const requests: string[] = [];
  page.on('console', (message) => noise.push(message.text()));
  page.on('pageerror', (error) => noise.push(error.message));
  page.on('request', (request) => requests.push(request.url().slice(0, 200)));
  await page.goto(pathToFileURL(files.html).href);
  if (options.javaScriptEnabled !== false) await page.waitForSelector('html[data-drawn]');
  return { page, noise, requests };
}

/** How many different colours each canvas of the page shows, and the average brightness of what is drawn (0 to 1). */
function looks(page: Page): Promise<{ id: string; colors: number; brightness: number }[]> {
  return page.evaluate(`[...document.querySelectorAll('canvas')].map((canvas) => {
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const colors = new Set();
    let sum = 0, drawn = 0;
    for (let at = 0; at < data.length; at += 4) {
      if (data[at + 3] < 200) continue;
      colors.add((data[at] << 16) | (data[at + 1] << 8) | data[at + 2]);
      sum += (data[at] + data[at + 1] + data[at + 2]) / 765;
      drawn += 1;
    }
    return { id: canvas.id, colors: colors.size, brightness: sum / drawn };
  })`);
}

const pageWidth = (page: Page): Promise<number> => page.evaluate('document.documentElement.scrollWidth');

describe('a report in a browser', () => {
  it('draws every chart, says nothing on the console and asks for nothing but itself', async () => {
    const { page, noise, requests } = await open();
    const canvases = await looks(page);
    expect(canvases.map(({ id }) => id)).toEqual([
      'startup-ladder-ladder',
      'startup-phases-seconds',
      'startup-phases-shares',
      'startup-units-runtime0',
      'startup-units-runtime1',
      'startup-ready-distribution-runtime0',
      'startup-ready-distribution-runtime1',
      'memory-total-total',
      'memory-waterfall-runtime0',
      'memory-waterfall-runtime1',
      'services-pss-pss',
    ]);
    for (const { id, colors } of canvases) expect(colors, id).toBeGreaterThan(20);
    expect(noise).toEqual([]);
    expect(requests.filter((url) => !url.startsWith('data:'))).toEqual([pathToFileURL(files.html).href]);
    await page.context().close();
  });

  it('shows what a hostile guest wrote, and runs none of it', async () => {
    const { page } = await open();
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(await page.locator('td.state', { hasText: '<script>window.pwned=1</script>' }).count()).toBe(2);
    expect(await page.locator('img').count()).toBe(0);
    await page.context().close();
  });

  it('is held to its policy: a script that was not there at birth does not run', async () => {
    const { page, noise } = await open();
    await page.evaluate(`{
      const script = document.createElement('script');
      script.textContent = 'window.pwned = 3';
      document.body.append(script);
    }`);
    expect(await page.evaluate('window.pwned')).toBeUndefined();
    expect(noise.join()).toContain('Content Security Policy');
    await page.context().close();
  });

  it.each([360, 768, 1200])('needs no sideways scrolling at %d px', async (width) => {
    const { page } = await open({ viewport: { width, height: 800 } });
    expect(await pageWidth(page)).toBe(width);
    const sizes: number[] = await page.evaluate(
      "[...document.querySelectorAll('canvas')].map((c) => c.clientWidth)",
    );
    for (const size of sizes) expect(size).toBeGreaterThan(width === 360 ? 280 : 300);
    await page.context().close();
  });

  it('redraws its charts when the reader turns the lights off and on', async () => {
    const { page } = await open({ colorScheme: 'light' });
    const [light] = await looks(page);
    await page.emulateMedia({ colorScheme: 'dark' });
    await page.waitForSelector('html[data-drawn=dark]');
    const [dark] = await looks(page);
    expect(await page.evaluate('getComputedStyle(document.documentElement).backgroundColor')).toBe(
      'rgb(20, 23, 27)',
    );
    // The grid is most of what is drawn: pale on paper, dark on a dark screen.
    expect(light?.brightness).toBeGreaterThan(0.6);
    expect(dark?.brightness).toBeLessThan(0.5);
    await page.emulateMedia({ colorScheme: 'light' });
    await page.waitForSelector('html[data-drawn=light]');
    await page.context().close();
  });

  it('follows the width of its window', async () => {
    const { page } = await open();
    await page.setViewportSize({ width: 360, height: 800 });
    await page.waitForFunction("document.querySelector('canvas').clientWidth <= 360");
    expect(await pageWidth(page)).toBe(360);
    await page.context().close();
  });

  it('shows what others have published where the reader asks for it, and takes it away again', async () => {
    const { page } = await open();
    const count = (): Promise<number> =>
      page.evaluate("Chart.getChart('startup-ladder-ladder').data.datasets.length");
    expect(await page.locator('.published:visible').count()).toBe(0);
    expect(await count()).toBe(2);
    await page.click('#published');
    expect(await page.locator('.published:visible').count()).toBe(2);
    expect(await count()).toBe(3);
    expect(await page.getAttribute('#published', 'aria-pressed')).toBe('true');
    await page.click('#published');
    expect(await page.locator('.published:visible').count()).toBe(0);
    expect(await count()).toBe(2);
    await page.context().close();
  });

  it('leads from a headline metric to its definition, which opens', async () => {
    const { page } = await open();
    await page.click('a[href="#metric-memory-peak"]');
    await page.waitForSelector('#metric-memory-peak:visible');
    await page.context().close();
  });

  it('has landmarks with names of their own', async () => {
    const { page } = await open();
    const names: string[] =
      await page.evaluate(`[...document.querySelectorAll('section, nav, [role=region]')].map((one) =>
      one.getAttribute('aria-label') ?? document.getElementById(one.getAttribute('aria-labelledby'))?.textContent ?? '')`);
    expect(names.length).toBeGreaterThan(15);
    expect(names).not.toContain('');
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    await page.context().close();
  });

  it('tells a reader who points at a bar what it is', async () => {
    const { page } = await open();
    const tooltip = await page.evaluate(`{
      const chart = Chart.getChart('startup-phases-seconds');
      const sysinit = chart.data.datasets.findIndex(({ label }) => label === 'sysinit');
      chart.tooltip.setActiveElements([{ datasetIndex: sysinit, index: 1 }], { x: 0, y: 0 });
      chart.update();
      [chart.tooltip.title, chart.tooltip.body.map(({ lines }) => lines)].flat(2).join(' ');
    }`);
    expect(tooltip).toMatch(/^QEMU \(TCG\) 14\.\d s sysinit: 5\.\d\d s \(39\.\d %\)$/u);
    await page.context().close();
  });

  it('shows pictures where scripts are switched off', async () => {
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator('noscript img').count()).toBe(files.charts.length);
    const picture = await page.locator('noscript img').first().boundingBox();
    expect(picture?.width).toBeGreaterThan(600);
    expect(await page.locator('canvas:visible').count()).toBe(0);
    await page.context().close();
  });
});
