import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MIB } from '../../../core/units.ts';
import { figuresOf } from '../../../report/charts/registry.ts';
import type { Figure } from '../../../report/charts/spec.ts';
import { loadDrawing } from '../../../report/drawing.ts';
import { renderHtml } from '../../../report/html.ts';
import { renderMarkdown } from '../../../report/markdown.ts';
import { buildModel, type ReportModel } from '../../../report/model/report.ts';
import { renderReport } from '../../../report/render.ts';
import type { Density } from '../../../results/fleet/density.ts';
import type { RunRecord } from '../../../results/record.ts';
import { summarise } from '../../../results/summary.ts';
import { densityRecord } from '../../fixtures/records/density.ts';
import { fleetRecord, sharingRecord, runNothingOnHost } from '../../fixtures/records/fleet.ts';
import { buildRecord, hostileText } from '../../fixtures/records/record.ts';

const modelOf = (record: RunRecord): ReportModel => buildModel(record, summarise(record));
const MARK = 'emulated (TCG): not a KVM figure';

function figure(record: RunRecord, id: string): Figure {
  const found = figuresOf(modelOf(record)).find((one) => one.id === id);
  if (found === undefined) throw new Error(`no figure ${id}`);
  return found;
}

describe('a record without fleets', () => {
  it('has none of their tables, facts and figures', () => {
    const model = modelOf(buildRecord());
    expect(model.fleet.scenarios.size).toBe(0);
    expect(model.tables).toEqual([]);
    expect(model.method.map(({ term }) => term)).not.toContain('Density');
  });
});

describe('the answers on fleets', () => {
  it('say what one more instance costs, with the interval of its slope and the mark', () => {
    const [density] = modelOf(fleetRecord({ scenarios: ['density'] })).answers;
    expect(density?.text).toMatch(
      /^On this host one more instance of this image costs 16\.\d MiB \[1\d\.\d MiB, 1\d\.\d MiB\] as a container \(systemd-nspawn\) and 3\d\d MiB \[3\d\d MiB, 3\d\d MiB\] as a VM \(QEMU\): .* up to 50 \(systemd-nspawn\) and 8 \(QEMU\) live at once\.$/,
    );
    expect(density?.mark).toBe(MARK);
  });

  it('say what D-Bus and udev cost at 100 instances, and that this is extrapolated', () => {
    const [, bill] = modelOf(fleetRecord({ scenarios: ['density'] })).answers;
    expect(bill).toEqual({
      text:
        'At 100 instances, D-Bus costs 70.0 MiB in containers (systemd-nspawn) and 90.0 MiB in VMs (QEMU). ' +
        'At 100 instances, udev costs 220 MiB in VMs (QEMU); in containers (systemd-nspawn) it does not run. ' +
        'That is anonymous memory, which each instance takes anew, ' +
        'extrapolated from 50 (systemd-nspawn) and 8 (QEMU) live instances. ' +
        'The host runs udev and D-Bus as well: duplicated.',
      mark: MARK,
    });
  });

  it('say that nothing is duplicated where the host runs none of the services', () => {
    const record = fleetRecord({ scenarios: ['density'] });
    runNothingOnHost(record);
    const model = modelOf(record);
    expect(model.answers[1]?.text).toMatch(
      / live instances\. This host runs none of these services, so “duplicated” is 0 here; N instances repeat them N times all the same\.$/,
    );
    const bill = model.tables.find(({ title }) => title.startsWith('The bill'));
    expect(bill?.text).toContain('so “duplicated” is 0 here');
    expect(bill?.table.rows[0]?.[0]?.note).toBe('repeated; the host does not run it');
  });

  it('tell of the storm and of the least memory', () => {
    const [storm, memory] = modelOf(fleetRecord({ scenarios: ['storm', 'minimum-memory'] })).answers;
    expect(storm?.text).toMatch(
      /^Started all at once, it took [\d.]+ s until 8 were ready \(systemd-nspawn\) and [\d.]+ s until 7 of 8 were ready \(QEMU\)\.$/,
    );
    expect(memory?.text).toBe(
      'The least memory with which it got ready in time was 14.0 MiB as a container (systemd-nspawn) and 128 MiB as a VM (QEMU).',
    );
  });

  it('carry no mark where the VMs ran under KVM', () => {
    for (const { mark } of modelOf(fleetRecord({ emulated: false })).answers) expect(mark).toBeUndefined();
  });

  it('stand after those on boots', () => {
    const [boots, fleet] = [buildRecord({ scenarios: ['startup'], failedBoot: false }), fleetRecord()];
    const { answers } = modelOf({
      ...boots,
      scenarios: [...boots.scenarios, ...fleet.scenarios],
      samples: [...boots.samples, ...fleet.samples],
    });
    expect(answers[0]?.text).toContain('“ready”');
    expect(answers[1]?.text).toContain('one more instance');
  });

  it('say that a difference between variants may be nothing', () => {
    const answers = modelOf(sharingRecord({ 'qemu:ksm=on': 0.6, 'qemu:thp=on': 1.001 })).answers;
    expect(answers[1]?.text).toMatch(
      /^Against qemu, one more instance costs 13\d MiB less \[1\d\d MiB, 1\d\d MiB\] as qemu:ksm=on and [^ ]+ KiB more \[−.*\], which may be nothing, as qemu:thp=on\.$/,
    );
  });
});

describe('the headline tables', () => {
  it('say below the first instance’s charge what it is not charged for', () => {
    const firstNotes = (record: RunRecord) =>
      modelOf(structuredClone(record)).headline.flatMap(({ rows }) => rows.map(([, first]) => first?.note));
    const record = densityRecord({ steps: [1, 2], scenarios: ['density'] });
    expect(firstNotes(record)).toEqual([undefined, undefined]);
    for (const { details } of record.samples)
      for (const step of (details as unknown as Density).steps) step.chargedElsewhereBytes = 105 * MIB;
    expect(firstNotes(record)).toEqual(['and 105 MiB charged elsewhere', 'and 105 MiB charged elsewhere']);
  });

  it('are those of fleets alone where nothing else was measured', () => {
    const { headline } = modelOf(fleetRecord());
    expect(headline.map(({ caption }) => caption.split(':')[0])).toEqual([
      'Density',
      'Boot storm',
      'Minimum memory',
    ]);
    for (const { mark } of headline) expect(mark).toBe(`QEMU ${MARK}`);
  });

  it('say of how many series one is shown', () => {
    const [density] = modelOf(densityRecord({ series: 3, scenarios: ['density'] })).headline;
    expect(density?.rows[0]?.[4]?.note).toBe('the median of 3 series');
  });
});

describe('the tables of the sections', () => {
  it('mark what is extrapolated beyond the measured instances', () => {
    const bill = modelOf(fleetRecord()).tables.find(({ title }) => title.startsWith('The bill'));
    const rows = bill?.table.rows.map((row) => row.map(({ text }) => text)) ?? [];
    const dbus = rows.filter(([service]) => service === 'D-Bus');
    expect(dbus).toEqual([
      ['D-Bus', 'systemd-nspawn', '717 KiB', '50 of 50', '7.00 MiB', '70.0 MiB *', '700 MiB *'],
      ['D-Bus', 'QEMU (TCG)', '922 KiB', '8 of 8', '9.00 MiB *', '90.0 MiB *', '900 MiB *'],
    ]);
    expect(rows[0]).toEqual(['udev', 'systemd-nspawn', 'does not run', '–', '–', '–', '–']);
    expect(bill?.table.rows[0]?.[0]?.note).toBe('repeated, and duplicated: the host runs it as well');
  });

  it('compare variants with the plain form, by both measures', () => {
    const sharing = modelOf(sharingRecord()).tables.find(({ title }) => title.startsWith('Sharing'));
    const [plain, ksm] = sharing?.table.rows ?? [];
    expect(plain?.map(({ text }) => text)).toEqual([
      'qemu (TCG)',
      expect.stringMatching(/^3\d\d MiB$/),
      '–',
      expect.stringMatching(/^3\d\d MiB$/),
      '–',
      expect.stringMatching(/ ms\/s$/),
      '–',
    ]);
    expect(ksm?.[2]).toEqual({
      text: expect.stringMatching(/^−12\d MiB$/) as string,
      note: expect.stringMatching(/^\[−1\d\d MiB, −1\d\d MiB\]$/) as string,
    });
    expect(ksm?.[6]?.text).toBe('600 MiB');
    expect(sharing?.table.mark).toBe(MARK);
  });

  it('are as wide as their heads', () => {
    for (const record of [fleetRecord(), sharingRecord()]) {
      const { tables, headline } = modelOf(record);
      for (const { columns, rows, caption } of [...headline, ...tables.map(({ table }) => table)])
        for (const row of rows) expect(row, caption).toHaveLength(columns.length);
    }
  });
});

describe('the figures of fleets', () => {
  it('are drawn in the order of the page, each with a table and a mark', () => {
    const figures = figuresOf(modelOf(fleetRecord()));
    expect(figures.map(({ id }) => id)).toEqual([
      'density-growth',
      'density-measures',
      'density-parts',
      'density-ready',
      'storm-throughput',
      'minimum-memory-trials',
    ]);
    for (const { id, mark, table } of figures) {
      expect(mark, id).toBe(`QEMU ${MARK}`);
      expect(table.mark, id).toBe(mark);
      for (const row of table.rows) expect(row, id).toHaveLength(table.columns.length);
    }
  });

  it('have logarithmic axes only where the runtimes lie far apart', () => {
    const typesOf = (record: RunRecord): unknown[] =>
      figure(record, 'density-growth').panels.map(
        ({ options }) => (options as { scales: { y: { type: string } } }).scales.y.type,
      );
    expect(typesOf(fleetRecord())).toEqual(['logarithmic', 'logarithmic']);
    expect(typesOf(sharingRecord())).toEqual(['linear', 'linear']);
  });

  it('draw a line from the first step to the last, within the band of its interval', () => {
    const [panel] = figure(sharingRecord(), 'density-growth').panels;
    const [dataset] = (panel?.data as { datasets: { fit: number[][]; band: number[][] }[] }).datasets;
    expect(dataset?.fit.at(0)?.[0]).toBe(1);
    expect(dataset?.fit.at(-1)?.[0]).toBeCloseTo(6);
    dataset?.fit.forEach(([x, y = NaN], index) => {
      const [at, low, high] = dataset.band[index] ?? [];
      expect(at).toBe(x);
      expect(y).toBeGreaterThanOrEqual(Number(low) - 1);
      expect(y).toBeLessThanOrEqual(Number(high) + 1);
    });
  });

  it('divide the parts of the last step by its instances, and say what is left unexplained', () => {
    const parts = figure(fleetRecord(), 'density-parts');
    expect(parts.caption).toMatch(
      /Left unexplained: systemd-nspawn -?[\d.]+ % \(alone\), [\d.]+ % \(each of 50\)/,
    );
    expect(parts.table.columns.map(({ note }) => note)).toEqual([
      undefined,
      'alone',
      'each of 50',
      'alone',
      'each of 8',
    ]);
    const cache = parts.table.rows.find(([title]) => title?.text === 'Host page cache');
    expect(cache?.slice(1, 3).map((found) => found.text)).toEqual(['12.4 MiB', '1.62 MiB']);
  });

  it('show variants on one scale, and what lies far apart each on its own', () => {
    expect(figure(sharingRecord(), 'density-parts').caption).toContain('All panels have one scale.');
    expect(figure(fleetRecord(), 'density-parts').caption).toContain('Each panel has its own scale.');
  });

  it('tell runtimes of one colour apart', () => {
    const [panel] = figure(sharingRecord(), 'density-growth').panels;
    const looks = (panel?.data as { datasets: { borderColor: string; pointStyle: string }[] }).datasets.map(
      ({ borderColor, pointStyle }) => `${borderColor} ${pointStyle}`,
    );
    expect(new Set(looks).size).toBe(4);
  });

  it('can be drawn: every colour, formatter and plugin is known, and nothing is lost in JSON', async () => {
    const { chartConfig, formatters, palettes } = await loadDrawing();
    for (const record of [fleetRecord(), sharingRecord(), densityRecord({ steps: [1] })]) {
      for (const drawn of figuresOf(modelOf(record))) {
        expect(JSON.parse(JSON.stringify(drawn))).toEqual(drawn);
        const text = JSON.stringify(drawn.panels);
        for (const [, format] of text.matchAll(/"format":"(\w+)"/gu))
          expect(formatters).toHaveProperty(String(format));
        for (const [, color] of text.matchAll(/"@(\w+)"/gu))
          expect(palettes.light).toHaveProperty(String(color));
        for (const panel of drawn.panels)
          expect(chartConfig(panel, 'dark', { responsive: false }).plugins).toHaveLength(
            panel.plugins.length,
          );
      }
    }
  });
});

describe('the report of a fleet', () => {
  let folder: string;
  beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'twinboot-fleet-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('is the same Markdown for the same record', async () => {
    const model = modelOf(fleetRecord());
    await expect(renderMarkdown(model, figuresOf(model))).toMatchFileSnapshot('../../golden/report/fleet.md');
  });

  it.each<[string, () => RunRecord]>([
    ['everything', fleetRecord],
    ['one step', () => densityRecord({ steps: [1] })],
    ['bursts of which nothing got ready', withoutReady],
  ])('is drawn for a record with %s', async (_, build) => {
    const { charts } = await renderReport(build(), folder);
    for (const { svg } of charts) expect(await readFile(svg, 'utf8'), svg).not.toMatch(/NaN|Infinity/u);
    expect(charts.length).toBeGreaterThan(0);
  });

  it.each<[string, () => RunRecord]>([
    ['everything', fleetRecord],
    ['variants', sharingRecord],
    ['one step', () => densityRecord({ steps: [1] })],
    ['a first step of several', () => densityRecord({ steps: [4, 8] })],
    ['nothing live at the first step', () => densityRecord({ steps: [0, 1, 2] })],
    ['no runtime', () => densityRecord({ runtimes: [] })],
    ['details of a later version', () => withDetails({ steps: 'of a later version' })],
    ['bursts of which nothing got ready', withoutReady],
    ['only trials that failed', withoutViable],
    ['what a hostile guest wrote', hostile],
  ])('is a page for a record with %s', (_, build) => {
    const model = modelOf(build());
    const figures = figuresOf(model).map((drawn) => ({ figure: drawn, image: 'data:,' }));
    const page = renderHtml(model, figures).replaceAll(/<(script|style)\b[^]*?<\/\1>/gu, '');
    expect(page).toContain('<h2 id="method">Method</h2>');
    expect(page).not.toMatch(/\b(?:undefined|NaN|Infinity)\b|\[object /u);
    expect(page).not.toContain('<img src=x');
  });
});

function withDetails(details: Record<string, unknown>): RunRecord {
  const record = fleetRecord();
  for (const sample of record.samples) sample.details = details;
  return record;
}

function withoutReady(): RunRecord {
  return withDetails({
    bursts: [{ parallel: 4, readyMs: [], allReadyMs: 0, bootsPerS: 0, failed: ['a', 'b', 'c', 'd'] }],
  });
}

function withoutViable(): RunRecord {
  return withDetails({
    trials: [{ memoryBytes: 1024, outcome: 'failed' }],
    deadlineMs: 1000,
    resolutionBytes: 1024,
  });
}

function hostile(): RunRecord {
  const record = fleetRecord();
  const text = JSON.stringify(record.samples)
    .replaceAll('the guest ended: ', JSON.stringify(hostileText).slice(1, -1))
    .replaceAll('getty@tty1.service', JSON.stringify(`${hostileText}.service`).slice(1, -1))
    .replaceAll('Other services', JSON.stringify(hostileText).slice(1, -1));
  return { ...record, samples: JSON.parse(text) as RunRecord['samples'] };
}
