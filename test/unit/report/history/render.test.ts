import { beforeAll, describe, expect, it } from 'vitest';
import { loadDrawing } from '../../../../report/drawing.ts';
import { drawnSeries, pageModel } from '../../../../report/history/page-model.ts';
import { renderHistory } from '../../../../report/history/render.ts';
import { seriesChart } from '../../../../report/history/series-chart.ts';
import { buildHistory } from '../../../../results/history/build.ts';
import { extractOf } from '../../../../results/history/extract.ts';
import type { History } from '../../../../results/history/history.ts';
import { buildRecords, eventfulRecords, type HistoryFixture } from '../../../fixtures/records/history.ts';

const options = { metrics: [], minEffect: 0.05, alpha: 0.05, seed: 1 };
const historyOf = (fixture: HistoryFixture): History =>
  buildHistory(buildRecords(fixture).map(extractOf), [], options);

let history: History;
beforeAll(() => {
  history = buildHistory(
    eventfulRecords().map(extractOf),
    [{ path: 'runs/x', reason: 'is <b>cut</b> off' }],
    options,
  );
});

const withoutScripts = (page: string): string => page.replace(/<script[\s\S]*?<\/script>/gu, '');

describe('renderHistory', () => {
  it('says what changed, between which runs and what else differed', () => {
    const page = withoutScripts(renderHistory(history));
    expect(page).toContain('debian-trixie: history of 40 runs');
    expect(page).toMatch(/step of \+1\d %/u);
    expect(page).toContain('1 changed (systemd 1.5-1 → 1.9-1)');
    expect(page).toContain('* emulated (TCG): not a KVM figure');
    expect(page).not.toMatch(/\b(?:undefined|NaN|Infinity)\b|\[object /u);
  });

  it('loads nothing and escapes what a record says', () => {
    const page = renderHistory(history);
    expect(page).toContain('is &lt;b&gt;cut&lt;/b&gt; off');
    expect(withoutScripts(page)).not.toMatch(/(?:src|href)="(?!data:|#)/u);
    expect(page).toContain('default-src &#39;none&#39;');
  });

  it.each<[string, HistoryFixture]>([
    ['one run', { runs: 1 }],
    ['one boot a run', { runs: 9, rounds: 1 }],
    ['no boot that worked', { runs: 2, allFail: true }],
    ['hostile guests', { runs: 2, hostile: true }],
  ])('writes a page for a history of %s', (_, fixture) => {
    const page = withoutScripts(renderHistory(historyOf(fixture)));
    expect(page).toContain('<h2 id="method">Method</h2>');
    expect(page).not.toMatch(/\b(?:undefined|NaN|Infinity)\b|\[object /u);
  });
});

describe('seriesChart', () => {
  it('is a panel for each runtime and pair, that survives JSON and names only known plugins and colours', async () => {
    const { chartConfig } = await loadDrawing();
    const figures = drawnSeries(history).map((series) => seriesChart(series, history));
    expect(figures[0]?.panels.map(({ heading }) => heading?.split(' · ')[0])).toEqual([
      'nspawn',
      'qemu *',
      'qemu / nspawn *',
    ]);
    for (const figure of figures) {
      expect(JSON.parse(JSON.stringify(figure))).toEqual(figure);
      for (const panel of figure.panels) {
        const config = JSON.stringify(chartConfig(panel, 'dark', { responsive: true }));
        expect(config).not.toContain('"@');
      }
    }
  });

  it('marks a step between its two runs, and begins a creep at one', () => {
    const marksOf = (metric: string, subject: number): unknown => {
      const found = drawnSeries(history).find((series) => series.metric === metric);
      const chart = found && seriesChart(found, history);
      const [dataset] = (chart?.panels[subject]?.data.datasets ?? []) as { marks: unknown }[];
      return dataset?.marks;
    };
    expect(marksOf('startup.ready', 0)).toMatchObject([{ at: 23.5, color: '@accent' }]);
    expect(marksOf('memory.total', 1)).toMatchObject([
      { text: expect.stringMatching(/^creep \+0\.\d+ % a run$/u) as string },
    ]);
  });
});

describe('pageModel', () => {
  it('puts the changes between the same two runs together', () => {
    const places = pageModel(history).places.map(({ title, changes }) => `${title}: ${changes.length}`);
    expect(places).toContainEqual(expect.stringMatching(/^2026-10-25: [2-9]$/u));
  });
});
