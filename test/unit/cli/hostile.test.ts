import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse as parseCsv } from 'csv-parse/sync';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RunRecord } from '../../../results/record.ts';
import { densityRecord } from '../../fixtures/records/density.ts';
import { fleetRecord } from '../../fixtures/records/fleet.ts';
import { hostileRecord, payload } from '../../fixtures/records/hostile.ts';
import { buildRecord } from '../../fixtures/records/record.ts';
import { scale } from '../../fixtures/records/sides.ts';
import { acting, expectShown } from '../../support/harmless.ts';
import { parseOpenMetrics } from '../../support/openmetrics.ts';
import { twinboot, type Told } from '../../support/terminal.ts';
import { parseXml } from '../../support/xml.ts';

let folder: string;
const HOST = ['--host-memory', '256G'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'twinboot-hostile-'));
  vi.stubEnv('TWINBOOT_STATE_DIR', join(folder, 'state'));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

function keep(record: RunRecord, name = 'run'): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'run.json'), JSON.stringify(record));
  return path;
}

/** Runs a command line; whatever it prints may act neither on a terminal nor on a log. */
async function harmless(...words: string[]): Promise<Told> {
  const told = await twinboot(words);
  expectShown(told.out);
  expectShown(told.notes);
  expect(`${told.out}${told.notes}`).not.toBe('');
  return told;
}

/** As `harmless`, for a command that has to work. */
async function works(...words: string[]): Promise<string> {
  const { exitCode, out, notes } = await harmless(...words);
  expect([0, 1], notes).toContain(exitCode);
  return out;
}

const read = (path: string, name: string): string => readFileSync(join(path, name), 'utf8');

/** Nothing but the page's own scripts may run, and its policy names them by their digest. */
function expectClosedPage(html: string): void {
  expect(html).not.toMatch(acting);
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/u.exec(html)?.[1] ?? '';
  expect(policy).toMatch(
    /^default-src &#39;none&#39;; script-src (?:&#39;sha256-[\w+/=]+&#39; ?)+; style-src /u,
  );
  const scripts = [
    ...html.matchAll(/<script( type="application\/json" id="figures")?>([\s\S]*?)<\/script>/gu),
  ];
  for (const [, isData, text = ''] of scripts) {
    if (isData !== undefined) expect(() => void JSON.parse(text)).not.toThrow();
    else expect(policy).toContain(createHash('sha256').update(text).digest('base64'));
  }
  const rest = html.replace(/<(script|style)\b[\s\S]*?<\/\1>/gu, '');
  expect(rest).not.toMatch(/<script|<img src=x|\son\w+="/iu);
}

function expectCsv(text: string): void {
  expect(text).not.toMatch(acting);
  for (const row of parseCsv(text, { columns: true }) as unknown as Record<string, string>[]) {
    for (const cell of Object.values(row)) {
      if (cell !== '' && Number.isNaN(Number(cell))) expect(cell).not.toMatch(/^\s*[=+@\t-]/u);
    }
  }
}

const records = {
  'texts that a guest or a maker of records chooses': () => hostileRecord(buildRecord()),
  'names too': () => hostileRecord(buildRecord(), { inIds: true }),
  fleets: () => hostileRecord(fleetRecord()),
};

describe.each(Object.entries(records))('a record that is hostile in %s', { timeout: 60_000 }, (_, build) => {
  it('gives a report whose every file is whole, and runs nothing', async () => {
    const run = keep(build());
    expect(await works('report', run)).toContain('report');

    expectClosedPage(read(join(run, 'report'), 'index.html'));
    const markdown = read(join(run, 'report'), 'report.md');
    expect(markdown).not.toMatch(acting);
    expectOnlyText(markdown);
    for (const name of ['samples.csv', 'summary.csv', 'ratios.csv']) expectCsv(read(run, name));
    expect(read(run, 'metrics.openmetrics.txt')).not.toMatch(acting);
    expect(parseOpenMetrics(read(run, 'metrics.openmetrics.txt')).size).toBeGreaterThan(3);
    for (const name of ['bencher.json', 'github-action-benchmark.json']) {
      expectShown(read(run, name));
      JSON.parse(read(run, name));
    }
    const pictures = readdirSync(join(run, 'report/charts')).filter((name) => name.endsWith('.svg'));
    expect(pictures.length).toBeGreaterThan(0);
    for (const name of pictures) {
      expect(read(join(run, 'report/charts'), name)).not.toMatch(acting);
      expect(parseXml(read(join(run, 'report/charts'), name))).not.toContain('script');
    }
  });

  it.each(['table', 'json', 'markdown', 'junit', 'github'])('compares as %s', async (format) => {
    const slow = build();
    scale(
      slow,
      slow.runtimes[0]?.id ?? '',
      slow.scenarios[0]?.metrics.find(({ role }) => role === 'headline')?.id ?? '',
      1.5,
    );
    slow.image.packages.push({ name: payload, version: payload });
    const sides = [keep(build(), 'base'), keep(slow, 'next')];
    const words = ['compare', ...sides, '--force', '--format', format];
    if (format === 'github') expectAnnotations(await twinboot(words));
    else expectForm(format, await works(...words));
  });

  it.each(['table', 'json', 'markdown', 'junit', 'github'])('is judged by a gate as %s', async (format) => {
    const file = join(folder, 'twinboot.yaml');
    writeFileSync(file, 'metrics: { startup.ready: { max: 1 ms } }\nservices: { forbid: [dbus] }\n');
    const words = ['gate', file, '--run', keep(build()), '--format', format];
    if (format === 'github') expectAnnotations(await twinboot(words));
    else expectForm(format, await works(...words));
  });

  it('is a baseline that can be saved, listed, shown and removed', async () => {
    const dir = ['--dir', join(folder, 'baselines')];
    const saved = await harmless('baseline', 'save', keep(build()), ...dir);
    expect(saved.exitCode, saved.notes).toBe(0);
    await works('baseline', 'list', ...dir);
    expect(JSON.parse(await works('baseline', 'list', '--json', ...dir))).toHaveLength(1);
    await works('baseline', 'show', 'main', ...dir);
    JSON.parse(await works('baseline', 'show', 'main', '--json', ...dir));
    await works('baseline', 'rm', 'main', ...dir);
  });

  it('has a history, a noise and a plan', async () => {
    const run = keep(build(), 'runs/a');
    keep(build(), 'runs/b');
    const page = join(folder, 'history.html');
    await harmless('history', join(folder, 'runs'), '--html', page);
    expectClosedPage(readFileSync(page, 'utf8'));
    JSON.parse(await works('history', join(folder, 'runs'), '--json'));
    await harmless('noise', run);
    await harmless('noise', run, '--format', 'json');
    await harmless('plan', run, ...HOST);
  });
});

/** Outside blocks of code, none of the payload is markup. */
function expectOnlyText(markdown: string): void {
  const outside = markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gmu, '');
  expect(outside).not.toMatch(/<script|<img|(?<!\\)\[a|(?<!\\)@user|^# head|\| ` \\?\|/mu);
}

function expectForm(format: string, out: string): void {
  if (format === 'json') JSON.parse(out);
  if (format === 'junit') expect(parseXml(out)).toContain('testcase');
  if (format === 'markdown') {
    expectOnlyText(out);
    const widths = out
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.split(/(?<!\\)\|/u).length);
    expect(new Set(widths).size).toBe(1);
  }
}

/** Every line of the output is an annotation of twinboot's own, and holds nothing that another could be made of. */
function expectAnnotations({ out, notes }: Told): void {
  expect(out).not.toMatch(acting);
  for (const line of out.split('\n'))
    expect(line).toMatch(/^::(error|warning|notice) (file=[^:,]*,)?title=[^:,]*::/u);
  expectShown(notes);
}

it('a hostile plan has a closed page', { timeout: 60_000 }, async () => {
  const out = join(folder, 'plan');
  await works('plan', keep(hostileRecord(densityRecord())), ...HOST, '--out', out);
  expectClosedPage(read(out, 'plan.html'));
  parseXml(read(out, readdirSync(out).find((name) => name.endsWith('.svg')) ?? ''));
});

describe('what is refused', () => {
  const bent: Record<string, (record: Record<string, unknown>) => unknown> = {
    'keys where figures should be': (record) => ({ ...record, plan: { [payload]: payload } }),
    'values of options that are no values': (record) => ({
      ...record,
      runtimes: [{ id: payload, options: { [payload]: { [payload]: payload } } }],
    }),
    'keys of facts': (record) => ({ ...record, host: { facts: { [payload]: 1, [`${payload}2`]: null } } }),
    'another schema': (record) => ({ ...record, schema: payload }),
  };

  it.each(Object.entries(bent))('is quoted without acting: a record with %s', async (_, bend) => {
    const run = keep(bend({ ...buildRecord() }) as RunRecord);
    for (const words of [
      ['report', run],
      ['compare', run, run],
      ['noise', run],
      ['plan', run, ...HOST],
      ['baseline', 'save', run],
    ]) {
      const { exitCode, notes } = await harmless(...words);
      expect(exitCode).toBe(2);
      expect(notes).not.toMatch(/^(?!error: |hint: | {2})./mu);
    }
  });

  it.each([
    ['keys', { [payload]: 1, metrics: {} }],
    ['metrics', { metrics: { [payload]: { max: '1 s' } } }],
    ['limits', { metrics: { 'startup.ready': { max: payload, [payload]: { max: '1 s' } } } }],
    ['runtimes', { runtimes: [payload, `qemu:${payload}=1`, `qemu:memory=${payload}`] }],
    ['scenarios', { scenarios: [payload] }],
    [
      'services',
      { services: { forbid: [payload], require: [`[${payload}`], [payload]: { forbid: [payload] } } },
    ],
    ['changes', { 'forbid-changes': [payload] }],
  ])('is quoted without acting: a gate file with hostile %s', async (_, gate) => {
    const file = join(folder, `gate${payload.replaceAll('/', '')}`.slice(0, 60));
    writeFileSync(file, JSON.stringify(gate));
    const { exitCode, notes } = await harmless('gate', file, '--run', keep(buildRecord()));
    expect(exitCode).toBe(2);
    expect(notes).not.toMatch(/^(?!error: |hint: | {2})./mu);
  });

  it.each([
    `a: !${payload.replace(/\s/gu, '')} b`,
    `a: *x\u009b2J\u202e`,
    `"${payload.replace(/["\\]/gu, '')}: [`,
  ])('is quoted without acting: a gate file that is no YAML (%#)', async (text) => {
    const file = join(folder, 'twinboot.yaml');
    writeFileSync(file, text);
    expect((await harmless('gate', file, '--run', keep(buildRecord()))).exitCode).toBe(2);
  });

  it('is quoted without acting: words of the command line', async () => {
    await harmless(payload);
    await harmless('report', payload);
    await harmless('run', `--${payload}`);
    await harmless('run', '--runtime', payload);
    await harmless('run', '--rounds', payload);
    await harmless('gate', payload);
    await harmless('baseline', 'show', payload, '--dir', join(folder, payload.slice(0, 20)));
  });
});
