import { browserBundles } from '../asset-files.ts';
import { contentPolicy, figuresJson, inScript, pageScript, pageStyle, pageTemplates } from '../html.ts';
import type { History } from '../../results/history/history.ts';
import { drawnSeries, pageModel } from './page-model.ts';
import { seriesChart } from './series-chart.ts';

/** The history as one HTML document that loads nothing: scripts, style, font and data are inside it. */
export function renderHistory(history: History): string {
  const eta = pageTemplates();
  const style = pageStyle();
  const scripts = [...browserBundles(), pageScript()].map(inScript);
  const figures = drawnSeries(history).map((series) => seriesChart(series, history));
  return eta.render('./history', {
    page: pageModel(history),
    figures,
    style,
    scripts,
    policy: contentPolicy(style, scripts),
    figuresJson: figuresJson(figures),
  });
}
