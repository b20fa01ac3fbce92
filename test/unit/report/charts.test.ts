import { describe, expect, it } from 'vitest';
import { niceAbove, niceBelow } from '../../../report/charts/axes.ts';
import { figuresOf } from '../../../report/charts/registry.ts';
import { looksOf } from '../../../report/charts/runtime-looks.ts';
import type { Figure } from '../../../report/charts/spec.ts';
import { loadDrawing } from '../../../report/drawing.ts';
import { buildModel } from '../../../report/model/report.ts';
import { summarise } from '../../../results/summary.ts';
import { viewRuntimes } from '../../../results/tables/runtimes.ts';
import { densityRecord } from '../../fixtures/records/density.ts';
import { fleetRecord, sharingRecord } from '../../fixtures/records/fleet.ts';
import { buildRecord, type RecordOptions } from '../../fixtures/records/record.ts';

function figures(options?: RecordOptions): Figure[] {
  const record = buildRecord(options);
  return figuresOf(buildModel(record, summarise(record)));
}

describe('figuresOf', () => {
  it('draws the ladder, the phases, the units, the distribution, the memory and the services', () => {
    expect(figures().map(({ id }) => id)).toEqual([
      'startup-ladder',
      'startup-phases',
      'startup-units',
      'startup-ready-distribution',
      'memory-total',
      'memory-waterfall',
      'services-pss',
    ]);
  });

  it('draws nothing where nothing was measured', () => {
    expect(figures({ allFail: true })).toEqual([]);
    expect(figures({ runtimes: [] })).toEqual([]);
  });

  it('gives specs that survive JSON', () => {
    for (const figure of figures()) {
      expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
    }
  });

  it('marks every figure of an emulated runtime, and its table', () => {
    for (const { mark, table } of figures()) {
      expect(mark).toContain('emulated (TCG): not a KVM figure');
      expect(table.mark).toBe(mark);
    }
    for (const { mark } of figures({ emulated: false })) expect(mark).toBeUndefined();
  });

  it.each([
    ['tcg', 'this host is emulated'],
    ['vmware', 'nested: KVM on a host'],
  ])('marks the times, and no memory, where the host runs under %s', (virtualization, mark) => {
    for (const { id, mark: said, table } of figures({ emulated: false, virtualization })) {
      if (id.startsWith('startup')) expect(said).toContain(mark);
      else expect(said).toBeUndefined();
      expect(table.mark).toBe(said);
    }
  });

  it('has file names that stay in their folder, whatever a scenario is called', () => {
    const record = buildRecord({ scenarios: ['startup'] });
    const [scenario] = record.scenarios;
    if (scenario) scenario.id = '../../etc/passwd';
    for (const sample of record.samples) sample.scenario = '../../etc/passwd';
    const ids = figuresOf(buildModel(record, summarise(record))).map(({ id }) => id);
    expect(ids).toHaveLength(4);
    for (const id of ids) expect(id).toMatch(/^[\w-]+$/u);
  });

  it('shows a thinned-out distribution as such', () => {
    const distribution = figures({ rounds: 400, scenarios: ['startup'] }).find(({ id }) =>
      id.endsWith('distribution'),
    );
    expect(distribution?.caption).toContain('300 points are shown');
    expect(JSON.stringify(distribution?.panels[0]?.data).match(/\d\.\d+/gu)?.length).toBeLessThan(330);
  });
});

/** The datasets of a panel of one of these figures. */
function datasets<T>(all: readonly Figure[], id: string, panel = 0): T[] {
  const found = all.find((figure) => figure.id === id)?.panels[panel];
  if (found === undefined) throw new Error(`no panel ${panel} of ${id}`);
  return (found.data as unknown as { datasets: T[] }).datasets;
}

describe('what a chart draws', () => {
  it('is of the waterfall the rows that a runtime has, and 0 is a bar without length', () => {
    const record = buildRecord({ hostile: false });
    for (const { values } of record.samples)
      for (const value of values) if (value.metric === 'memory.tmpfs') value.value = 0;
    const all = figuresOf(buildModel(record, summarise(record)));
    const [container, vm] = [0, 1].map((panel) => {
      const labels = all.find(({ id }) => id === 'memory-waterfall')?.panels[panel]?.data.labels as string[];
      const [bars] = datasets<{ data: [number, number][]; texts: string[] }>(all, 'memory-waterfall', panel);
      return { labels, bars };
    });
    expect(container?.labels).not.toContain('Guest page cache');
    expect(vm?.labels).toContain('Guest page cache');
    const row = container?.labels.indexOf('tmpfs') ?? -1;
    const [start, end] = container?.bars?.data[row] ?? [];
    expect(start).toBe(end);
    expect(container?.bars?.texts[row]).toBe('0 B');
    expect(container?.bars).not.toHaveProperty('minBarLength');
  });

  it('has no name in a legend of a part that nobody has', () => {
    const record = buildRecord({ hostile: false });
    for (const { values } of record.samples)
      for (const value of values) if (value.metric === 'memory.tmpfs') value.value = 0;
    const names = datasets<{ label: string }>(
      figuresOf(buildModel(record, summarise(record))),
      'memory-total',
    );
    expect(names.map(({ label }) => label)).not.toContain('tmpfs');
  });

  it('lies inside its axes, the bands of slopes as well', () => {
    for (const record of [fleetRecord(), sharingRecord(), densityRecord({ noise: 0.4 })]) {
      const figure = figuresOf(buildModel(record, summarise(record))).find(
        ({ id }) => id === 'density-growth',
      );
      for (const { data, options } of figure?.panels ?? []) {
        const { min, max, type } =
          (options.scales as Record<string, { min: number; max: number; type: string }>).y ?? {};
        const bands = (
          data as unknown as { datasets: { band?: [number, number, number][] }[] }
        ).datasets.flatMap(({ band = [] }) => band);
        expect(bands.length).toBeGreaterThan(0);
        for (const [, low, high] of bands) {
          expect(high).toBeLessThanOrEqual(max ?? 0);
          if (type === 'linear') expect(low).toBeGreaterThanOrEqual(min ?? 0);
        }
      }
    }
  });

  it('names in the legend of a storm the medians and the slowest', () => {
    const record = fleetRecord();
    const all = figuresOf(buildModel(record, summarise(record)));
    expect(datasets<{ label: string }>(all, 'storm-throughput', 1).map(({ label }) => label)).toEqual([
      'systemd-nspawn: median',
      'systemd-nspawn: slowest',
      'QEMU (TCG): median',
      'QEMU (TCG): slowest',
    ]);
  });

  it('has no two runtimes of nine of a kind that share both colour and shape', () => {
    const [runtime] = buildRecord().runtimes;
    if (runtime === undefined) throw new Error('the record has no runtime');
    const runtimes = Array.from({ length: 9 }, (_, index) => ({ ...runtime, id: `nspawn${index}` }));
    const looks = looksOf(viewRuntimes({ ...buildRecord(), runtimes }));
    const seen = looks.map(({ borderColor, pointStyle }) => JSON.stringify([borderColor, pointStyle]));
    expect(new Set(seen).size).toBe(9);
    expect(new Set(looks.slice(0, 3).map(({ pointStyle }) => pointStyle)).size).toBe(3);
  });

  it('has what others have published apart from its own data', () => {
    const [panel] = figures().find(({ id }) => id === 'startup-ladder')?.panels ?? [];
    expect(JSON.stringify(panel?.data)).not.toContain('published');
    expect(panel?.overlay?.dataset.label).toContain('published');
  });
});

describe('nice numbers', () => {
  it.each([
    [7, 10, 5],
    [10, 10, 10],
    [1.2, 2, 1],
    [450, 500, 200],
  ])('around %d are %d and %d', (value, above, below) => {
    expect([niceAbove(value), niceBelow(value)]).toEqual([above, below]);
  });
});

describe('drawing.js', async () => {
  const { chartConfig, formatters, palettes } = await loadDrawing();

  it('draws the figures of others only where it is asked to, with room for them', () => {
    const [panel] = figures({ emulated: false }).find(({ id }) => id === 'startup-ladder')?.panels ?? [];
    if (panel?.overlay === undefined) throw new Error('no overlay');
    const without = chartConfig(panel, 'light', { responsive: true });
    const withOverlay = chartConfig(panel, 'light', { responsive: true, withOverlay: true });
    expect(withOverlay.data.datasets).toHaveLength(without.data.datasets.length + 1);
    expect(withOverlay.options?.scales?.x).toMatchObject({ min: panel.overlay.min, max: panel.overlay.max });
    expect(withOverlay.options).not.toHaveProperty('withOverlay');
  });

  it('knows every colour, formatter and plugin that a spec names, in both themes', () => {
    for (const { panels } of [...figures(), ...figures({ scenarios: ['entropy'] })]) {
      for (const panel of panels) {
        const text = JSON.stringify(panel);
        for (const [, format] of text.matchAll(/"format":"(\w+)"/gu))
          expect(formatters).toHaveProperty(String(format));
        for (const theme of ['light', 'dark'] as const) {
          for (const [, color] of text.matchAll(/"@(\w+)"/gu))
            expect(palettes[theme]).toHaveProperty(String(color));
          expect(chartConfig(panel, theme, { responsive: false }).plugins).toHaveLength(panel.plugins.length);
        }
      }
    }
  });

  it('takes a name for a colour only where a colour stands', () => {
    const [panel] = figures()[0]?.panels ?? [];
    if (!panel) throw new Error('no panel');
    const config = chartConfig({ ...panel, data: { labels: ['@ink'], datasets: [] } }, 'light', {
      responsive: false,
    });
    expect(config.data.labels).toEqual(['@ink']);
  });

  it('leaves the spec as it was', () => {
    const [panel] = figures()[0]?.panels ?? [];
    if (!panel) throw new Error('no panel');
    const before = structuredClone(panel);
    chartConfig(panel, 'dark', { responsive: true });
    expect(panel).toEqual(before);
  });

  it.each([
    ['ms', 0, '0'],
    ['ms', 500, '500 ms'],
    ['ms', 1500, '1.5 s'],
    ['bytes', 20 * 1024 * 1024, '20 MiB'],
    ['bytes', 512 * 1024, '512 KiB'],
    ['percent', 10, '10 %'],
  ])('writes the %s tick %d as %s', (format, value, text) => expect(formatters[format]?.(value)).toBe(text));
});
