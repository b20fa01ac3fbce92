import { describe, expect, it } from 'vitest';
import { niceAbove, niceBelow } from '../../../report/charts/axes.ts';
import { figuresOf } from '../../../report/charts/registry.ts';
import type { Figure } from '../../../report/charts/spec.ts';
import { loadDrawing } from '../../../report/drawing.ts';
import { buildModel } from '../../../report/model/report.ts';
import { summarise } from '../../../results/summary.ts';
import { buildRecord, type RecordOptions } from '../../fixtures/records/record.ts';

function figures(options?: RecordOptions): Figure[] {
  const record = buildRecord(options);
  return figuresOf(buildModel(record, summarise(record)));
}

describe('figuresOf', () => {
  it('draws the ladder, the phases, the distribution, the memory and the services', () => {
    expect(figures().map(({ id }) => id)).toEqual([
      'startup-ladder',
      'startup-phases',
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
    expect(ids).toHaveLength(3);
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
